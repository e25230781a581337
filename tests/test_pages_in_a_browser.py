"""Every page of the staff's site in a real Chromium: axe-core finds nothing, nothing is blocked, no
other host is asked, nothing scrolls sideways; in both themes, on a phone and at a desk."""

from typing import Any

import pytest
from django.core.cache import cache

from tests.addresses import filled, parameters_at, patterns
from tests.browsing import Window
from tests.people import People, settle
from tests.signing_in import with_password
from therapy.access.doors import Staff, StaffApi, door_of
from therapy.demonstration.year import Year
from therapy.models import Patient
from therapy.outcomes.refreshing import refresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def is_page(view: Any) -> bool:
    """Something that a member of staff reads; what answers no HTML is left out when it is asked."""
    door = door_of(view)
    if not isinstance(door, Staff) or isinstance(door, StaffApi):
        return False
    return door.reads is not None or door.writes is None


OF_A_PATIENT = {
    "patients/<uuid:patient_id>/",
    "patients/<uuid:patient_id>/summary/",
    "patients/<uuid:patient_id>/timeline/",
}
"""Asked with many rows, too."""
PAGES = sorted(route for route, pattern in patterns() if is_page(pattern.callback))


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Any) -> People:
    settings.MEDIA_ROOT = tmp_path / "files"
    cache.clear()  # the tries of other tests
    found = settle()
    with_password(found.alice)
    Year(patients=12, sessions=10, effect=0.2).fill(found.harbour, [found.therapist])
    refresh(clinic_id=found.harbour.id, report=lambda share, note: None)
    return found


def test_every_page_is_calm_and_accessible(window: Window, people: People) -> None:
    window.sign_in(people.alice.email)
    window.page.get_by_role("heading", level=1).first.wait_for()
    parameters = parameters_at(people)
    read = []
    troubles = {}
    full = parameters | {"patient_id": Patient.objects.get(code="YEAR-00000").id}
    for address in [
        *(filled(route, parameters) for route in PAGES),
        *(filled(route, full) for route in PAGES if route in OF_A_PATIENT),
    ]:
        answer = window.page.request.get(window.site + address, max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        window.open(address)
        window.page.evaluate(OPEN_ALL)
        read.append(address)
        try:
            window.expect_calm()
            window.expect_accessible()
        except AssertionError as found:
            troubles[address] = str(found)
            window.troubles.clear()
    assert troubles == {}
    assert len(read) > 25, read
