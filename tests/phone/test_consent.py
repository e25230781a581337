"""A phone in TypeScript keeps what the patient decided, acts on it at once, and tells the server
before anything else."""

import uuid
from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.people import People
from tests.phone.bad_network import Network
from tests.phone.made_up_phone import MadeUpPhone
from tests.phone.test_sync import connect, state, tracks
from therapy.models import Consent, Patient, TrackRating
from therapy.people.consenting import decide

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(people: People, network: Network) -> Iterator[MadeUpPhone]:
    """Anna's, just connected, an hour behind the present: what it says has happened."""
    with MadeUpPhone() as phone:
        assert connect(phone, people.anna, network) == {"ofOthers": 0}
        phone.do("pass", hours=-1)
        yield phone


def said(patient: Patient) -> dict[str, bool]:
    """The newest word on each scope."""
    rows = Consent.objects.filter(patient=patient).order_by("id")
    return dict(rows.values_list("scope", "given"))


def decides(phone: MadeUpPhone, scope: str, given: bool, **text: str) -> None:
    phone.do("decide", scope=scope, given=given, **text)


def test_a_no_without_a_network_counts_here_and_is_sent_before_anything_else(
    phone: MadeUpPhone, people: People, network: Network
) -> None:
    phone.do("sit", tracks=tracks(people))
    network.weather, network.asked = "500", []
    decides(phone, "pooled-learning", False)
    assert phone.do("standing")["pooled-learning"] is False
    assert phone.do("sync")["ending"] == "later"
    network.weather, network.asked = "fine", []
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    assert network.asked[:2] == ["/api/v1/consents", "/api/v1/sync"]
    assert said(people.anna) == {"pooled-learning": False}
    assert phone.do("standing")["pooled-learning"] is False, "as the server answered it"
    network.asked = []
    phone.do("sync")
    assert "/api/v1/consents" not in network.asked, "it is said once"


def test_a_no_to_care_deletes_here_what_was_not_sent_and_nothing_of_it_arrives(
    phone: MadeUpPhone, people: People
) -> None:
    phone.do("sit", tracks=tracks(people))
    decides(phone, "care", False)
    assert state(phone)["waiting"] == 0
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    assert said(people.anna) == {"care": False}
    assert not TrackRating.objects.filter(patient=people.anna).exists()


def test_a_no_and_a_later_yes_are_both_told(phone: MadeUpPhone, people: People) -> None:
    decides(phone, "reminders", True)
    decides(phone, "reminders", False)
    phone.do("pass", hours=0.5)
    decides(phone, "reminders", True)
    phone.do("passUntilNow")
    phone.do("sync")
    rows = Consent.objects.filter(patient=people.anna).order_by("id")
    assert list(rows.values_list("given", flat=True)) == [False, True], "the first yes is over"
    assert phone.do("standing")["reminders"] is True


def test_a_yes_that_a_later_no_overtook_is_dropped_and_the_no_is_shown(
    phone: MadeUpPhone, people: People
) -> None:
    phone.do("pass", hours=-24)
    decides(phone, "pooled-learning", True)
    phone.do("passUntilNow")
    _say_no_elsewhere(people.anna)
    phone.do("sync")
    assert said(people.anna) == {"pooled-learning": False}
    assert phone.do("standing")["pooled-learning"] is False


def test_a_text_that_there_is_not_is_to_be_asked_again_and_stands_in_nothings_way(
    phone: MadeUpPhone, people: People
) -> None:
    phone.do("sit", tracks=tracks(people))
    decides(phone, "experiments", True, version="99")
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    assert phone.do("standing")["again"] == ["experiments"]
    assert said(people.anna) == {}
    assert TrackRating.objects.filter(patient=people.anna).exists()
    decides(phone, "experiments", True)
    phone.do("sync")
    assert phone.do("standing")["again"] == []
    assert said(people.anna) == {"experiments": True}


def _say_no_elsewhere(patient: Patient) -> None:
    decide(
        patient=patient,
        id=uuid.uuid4(),
        scope="pooled-learning",
        given=False,
        text_version="1",
        language="en",
        decided_at=timezone.now(),
    )
