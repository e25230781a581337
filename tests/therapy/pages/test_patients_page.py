"""The list of patients."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    ClinicFactory,
    MembershipFactory,
    MoodRatingFactory,
    PatientFactory,
    TrackRatingFactory,
    UserFactory,
)
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import add_session, rows, words
from therapy.pages.patients import PATIENTS_A_PAGE

pytestmark = pytest.mark.django_db


def test_alice_sees_her_clinics_patient_and_not_charlies(alices: Client) -> None:
    shown = words(alices.get("/"))
    assert "ANNA" in shown
    assert "CARL" not in shown


def test_charlie_never_meets_annas_code(people: People, signed_in: SignedIn) -> None:
    charlies = signed_in(people.charlie)
    for address in ("/", "/?code=ANNA", "/?clinic=harbour", "/?clinic=harbour&code=A", "/?page=2"):
        listed = rows(charlies.get(address))
        assert not any("ANNA" in row for row in listed), address


def test_a_row_says_what_is_on_record(alices: Client, people: People) -> None:
    add_session(people.anna, day=0, before=(0.9, 0.9), after=(0.8, 0.8))
    latest = add_session(people.anna, day=1, before=(-0.35, 0.62), after=(0.14, -0.07))
    for track in people.tracks:
        TrackRatingFactory(patient=people.anna, session=latest, track=track)
    (row,) = [row for row in rows(alices.get("/")) if "ANNA" in row]
    assert row.startswith("ANNA 2 3 Mar 2026, 18:00")
    assert "valence −0.35 → before, +0.14 after" in row
    assert "arousal +0.62 → before, −0.07 after" in row
    assert " 3 none none yet" in row  # track ratings, flags, then the model


def test_the_last_rating_of_a_phase_counts(alices: Client, people: People) -> None:
    session = add_session(people.anna, after=(0.1, 0.1))
    MoodRatingFactory(
        session=session,
        patient=people.anna,
        phase="after",
        valence=0.55,
        arousal=0.1,
        rated_at=session.ended_at.replace(minute=59),
    )
    assert "+0.55 after" in words(alices.get("/"))


def test_a_session_without_moods_is_not_given_any(alices: Client, people: People) -> None:
    add_session(people.anna, before=None, after=None)
    assert "– not reported" in words(alices.get("/"))
    add_session(people.anna, day=1, after=None)
    assert "valence −0.40 → before, – not reported after" in words(alices.get("/"))


@pytest.mark.parametrize(
    ("origin", "badge"), [("simulated", "simulated listener"), ("research", "research data")]
)
def test_whoever_is_no_person_in_care_is_marked(
    alices: Client, people: People, origin: str, badge: str
) -> None:
    assert badge not in words(alices.get("/"))
    PatientFactory(clinic=people.harbour, code="X-1", origin=origin)
    assert f"X-1 {badge}" in words(alices.get("/"))


def test_a_part_of_a_code_finds_the_patient_in_any_case(alices: Client, people: People) -> None:
    PatientFactory(clinic=people.harbour, code="BERT-7")
    shown = words(alices.get("/?code=ert-7"))
    assert "BERT-7" in shown
    assert "ANNA" not in shown
    assert "1 with “ert-7” in the code" in shown


def test_a_search_without_a_match_says_how_to_see_everyone(alices: Client) -> None:
    shown = words(alices.get("/?code=zzz"))
    assert "No code contains “zzz”" in shown
    assert "Show all patients" in shown


def test_a_null_character_in_the_search_is_no_error(alices: Client) -> None:
    assert "1 with “AN” in the code" in words(alices.get("/?code=%00AN"))


def test_one_of_several_clinics_can_be_chosen(alices: Client, people: People) -> None:
    assert 'name="clinic"' not in alices.get("/").content.decode()
    other = ClinicFactory(slug="quay", name="Quay House")
    MembershipFactory(user=people.alice, clinic=other)
    PatientFactory(clinic=other, code="QUINN")
    everyone = words(alices.get("/"))
    assert "ANNA" in everyone
    assert "QUINN" in everyone
    chosen = words(alices.get("/?clinic=quay"))
    assert "QUINN" in chosen
    assert "ANNA" not in chosen


def test_the_latest_session_can_come_first(alices: Client, people: People) -> None:
    zoe = PatientFactory(clinic=people.harbour, code="ZOE")
    add_session(people.anna, day=0)
    add_session(zoe, day=5)
    PatientFactory(clinic=people.harbour, code="NEVER")

    def order(address: str) -> list[str]:
        listed = rows(alices.get(address))[1:]
        return [row.split()[0] for row in listed]

    assert order("/") == ["ANNA", "NEVER", "ZOE"]
    assert order("/?order=recent") == ["ZOE", "ANNA", "NEVER"]
    assert order("/?order=backwards") == ["ANNA", "NEVER", "ZOE"]


def test_pages_divide_a_long_list_and_keep_the_search(alices: Client, people: People) -> None:
    for number in range(PATIENTS_A_PAGE + 2):
        PatientFactory(clinic=people.harbour, code=f"S-{number:02}")
    first = alices.get("/?code=S-")
    assert f"1–{PATIENTS_A_PAGE} of {PATIENTS_A_PAGE + 2} patients" in words(first)
    assert 'href="?code=S-&amp;page=2"' in first.content.decode()
    second = alices.get("/?code=S-&page=2")
    assert len(rows(second)) == 1 + 2
    assert words(alices.get("/?page=99")).count("S-") > 0  # past the end is the last page


def test_an_account_without_a_clinic_is_told_whom_to_ask(signed_in: SignedIn, db: None) -> None:
    lonely = UserFactory(email="lonely@example.org")
    shown = words(signed_in(lonely).get("/"))
    assert "Your account belongs to no clinic yet" in shown
    assert "lonely@example.org" in shown
    assert "operator" not in shown


def test_who_runs_the_installation_and_works_nowhere_is_led_there(
    signed_in: SignedIn, db: None
) -> None:
    page = signed_in(UserFactory(is_superuser=True)).get("/")
    assert "Go to the operator’s pages" in words(page)
    assert 'href="/operation/"' in page.content.decode()


def test_an_empty_clinic_says_what_to_do_next(signed_in: SignedIn, db: None) -> None:
    member = MembershipFactory(clinic__name="New Practice")
    shown = words(signed_in(member.user).get("/"))
    assert "New Practice has no patients yet" in shown
    assert "a file, under pseudonymous codes: import patients , or whoever runs" in shown
    assert "manage.py import_patients" in shown
    assert "each patient’s page connects the phone" in shown
    assert "token" not in shown


def test_who_may_not_import_is_told_who_does(signed_in: SignedIn, db: None) -> None:
    admin = MembershipFactory(clinic__name="New Practice", role="admin")
    assert "a therapist or the owner does so" in words(signed_in(admin.user).get("/"))


def test_hostile_codes_are_text(alices: Client, people: People) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    PatientFactory(clinic=people.harbour, code=hostile)
    html = alices.get("/").content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;" in html
    searched = alices.get('/?code="><script>').content.decode()
    assert "<script" not in searched


def test_the_number_of_queries_does_not_grow_with_the_patients(
    alices: Client, people: People
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert alices.get("/").status_code == 200
        return len(captured)

    add_session(people.anna)
    few = queries()
    for number in range(12):
        patient = PatientFactory(
            clinic=people.harbour, code=f"Q-{number}", therapist=people.therapist
        )
        for day in range(3):
            session = add_session(patient, day=day)
            TrackRatingFactory(patient=patient, session=session, track=people.tracks[0])
    assert queries() == few
    assert few <= 17


def test_the_list_links_to_the_patients_page(alices: Client, people: People) -> None:
    address = reverse("patient", args=[people.anna.id])
    assert f'href="{address}"' in alices.get("/").content.decode()
