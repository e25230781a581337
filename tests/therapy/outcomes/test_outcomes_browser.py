"""The outcomes page in a real Chromium: read, narrowed, fetched, printed."""

import csv
import re

import pytest
from django.core.cache import cache

from tests.browsing import Window
from tests.people import People, settle
from tests.signing_in import with_password
from therapy.demonstration.year import Year
from therapy.models import ListeningSession, Patient
from therapy.outcomes.refreshing import refresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture
def people(transactional_db: None) -> People:
    cache.clear()  # the tries of other tests
    found = settle()
    Patient.objects.filter(id=found.anna.id).update(origin=Patient.Origin.RESEARCH)
    with_password(found.alice)
    Year(patients=24, sessions=8, effect=0.2).fill(found.harbour, [found.therapist])
    refresh(clinic_id=found.harbour.id, report=lambda share, note: None)
    return found


def test_an_owner_reads_narrows_and_fetches(window: Window, people: People) -> None:
    page = window.page
    window.sign_in(people.alice.email)
    page.get_by_role("link", name="Outcomes").click()
    page.get_by_role("heading", name="Outcomes of Harbour Practice").wait_for()
    page.get_by_text("Moods after listening were more pleasant than expected.").wait_for()
    page.evaluate(OPEN_ALL)
    window.expect_calm()
    window.expect_accessible()

    page.get_by_label("Plan begun from").select_option("Before sleep")
    page.get_by_label("From month").fill("2026-01")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("From January 2026, months by UTC.").wait_for()
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile("CSV.*Listening dose")).click()
    assert coming.value.suggested_filename == "attune-harbour-dose.csv"
    [row] = csv.DictReader(coming.value.path().open())
    sittings = ListeningSession.objects.filter(
        plan__template="sleep", started_at__gte="2026-01-01T00:00Z"
    )
    assert int(row["sessions"]) == sittings.count() > 0

    page.get_by_role("button", name="Sum anew now").click()
    page.get_by_text("The summing is waiting to start").wait_for()
    window.expect_calm()


def test_on_paper_the_methods_stand_and_what_is_to_be_tapped_does_not(
    window: Window, people: People
) -> None:
    page = window.page
    window.sign_in(people.alice.email)
    page.get_by_role("link", name="Outcomes").click()
    formula = page.get_by_text("fitted by REML, where there are at least")
    assert formula.bounding_box() is None or not formula.is_visible()
    page.emulate_media(media="print")
    formula.wait_for()
    assert page.get_by_role("button", name="Sum anew now").is_hidden()
    assert page.get_by_label("From month").is_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")
