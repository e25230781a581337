"""A phone in TypeScript hands over what it gathered, to the real server: every item once, whatever
happens in between."""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.people import People
from tests.phone.bad_network import Network
from tests.phone.made_up_phone import MadeUpPhone
from tests.therapy.people.pairing import a_code
from therapy.models import Device, MoodRating, MoodSkip, Patient, TrackRating
from therapy.people.consenting import decide
from therapy.people.services import revoke_device
from therapy.sessions.api.kinds import KINDS

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 30
A_SITTING = 10  # items: session, two moods, playlist, three plays, three ratings
TOLERANCE = timedelta(minutes=3)  # the server corrects what is wrong by more than two minutes


@pytest.fixture
def phone(people: People, network: Network) -> Iterator[MadeUpPhone]:
    """Anna's, just connected."""
    with MadeUpPhone() as phone:
        assert connect(phone, people.anna, network) == {"ofOthers": 0}
        yield phone


def connect(phone: MadeUpPhone, patient: Patient, network: Network) -> Any:
    return phone.do("connect", server=network.url, code=a_code(patient))


def tracks(people: People) -> list[str]:
    return [str(track.id) for track in people.tracks]


def state(phone: MadeUpPhone) -> dict[str, Any]:
    found: dict[str, Any] = phone.do("state")
    return found


def nothing_left(phone: MadeUpPhone) -> bool:
    return (state(phone)["waiting"], state(phone)["aside"]) == (0, 0)


def rows(patient: Patient) -> dict[str, list[Any]]:
    found = {kind: list(KINDS[kind].model.objects.filter(patient=patient)) for kind in KINDS}
    return {kind: reports for kind, reports in found.items() if reports}


def assert_there_once(phone: MadeUpPhone, patient: Patient) -> None:
    """Every item that was ever gathered is one row, at the time at which it happened."""
    gathered = phone.do("gathered")
    stored = rows(patient)
    assert Counter({kind: len(reports) for kind, reports in stored.items()}) == Counter(
        item["kind"] for item in gathered
    )
    by_id = {str(row.id): row for reports in stored.values() for row in reports}
    assert set(by_id) == {item["id"] for item in gathered}
    for item in gathered:
        happened = datetime.fromtimestamp(item["truth"] / 1000, UTC)
        assert abs(getattr(by_id[item["id"]], item["at"]) - happened) < TOLERANCE, item
    for session in stored.get("session", []):
        lasted = session.ended_at - session.started_at
        assert timedelta(minutes=14) < lasted < timedelta(minutes=16)


@pytest.fixture
def away(people: People, network: Network) -> Iterator[MadeUpPhone]:
    """Anna's, connected a month ago, and not heard of since."""
    with MadeUpPhone() as phone:
        phone.do("pass", hours=-24 * (DAYS + 1))
        connect(phone, people.anna, network)
        phone.do("live", days=DAYS, tracks=tracks(people))
        phone.do("passUntilNow")
        assert state(phone)["waiting"] == DAYS * (2 * (A_SITTING + 1) + 1)
        yield phone


def test_thirty_days_offline_and_one_sync_later_every_item_is_there_once(
    away: MadeUpPhone, people: People
) -> None:
    result = away.do("sync")
    assert (result["ending"], result["stored"]) == ("done", DAYS * (2 * (A_SITTING + 1) + 1))
    assert nothing_left(away)
    assert_there_once(away, people.anna)


@pytest.mark.parametrize("locks", [True, False])
def test_two_tabs_at_once_store_every_item_once(
    away: MadeUpPhone, people: People, locks: bool
) -> None:
    endings = sorted(result["ending"] for result in away.do("syncTwice", locks=locks))
    assert endings == (["done", "elsewhere"] if locks else ["done", "done"])
    assert nothing_left(away)
    assert_there_once(away, people.anna)


def test_a_server_that_fails_for_a_day_is_asked_seldom_and_has_everything_afterwards(
    phone: MadeUpPhone, people: People, network: Network
) -> None:
    phone.do("pass", hours=-26)
    phone.do("sit", tracks=tracks(people))
    network.weather, network.asked = "500", []
    endings = phone.do("trySyncing", hours=24)
    assert set(endings) == {"later"}
    assert 24 < len(network.asked) < 48  # a dozen in the first hour or two, then one an hour
    assert state(phone) | {"failures": 0} == {
        "waiting": A_SITTING + 1,
        "aside": 0,
        "ended": False,
        "careEnded": False,
        "failures": 0,
    }
    network.weather = "fine"
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    assert nothing_left(phone)
    assert_there_once(phone, people.anna)


def test_what_arrived_unheard_is_sent_again_and_there_once(
    phone: MadeUpPhone, people: People, network: Network
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people))
    phone.do("passUntilNow")
    network.weather = "unheard"
    assert phone.do("sync")["ending"] == "later"
    assert TrackRating.objects.count() == 3
    assert state(phone)["waiting"] == A_SITTING + 1
    network.weather = "fine"
    phone.do("set", hours=50)  # and meanwhile the clock is set
    phone.do("pass", hours=1)
    assert phone.do("sync")["ending"] == "done"
    assert nothing_left(phone)
    assert_there_once(phone, people.anna)


def test_a_phone_whose_access_was_ended_deletes_nothing_and_sends_all_of_it_once_connected_again(
    phone: MadeUpPhone, people: People, network: Network
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people))
    for device in Device.objects.filter(patient=people.anna):
        revoke_device(device=device)
    assert phone.do("sync")["ending"] == "not-connected"
    network.asked = []
    assert phone.do("sync")["ending"] == "not-connected"
    assert network.asked == [], "it calls no more"
    assert state(phone)["waiting"] == A_SITTING + 1
    assert state(phone)["ended"]
    phone.do("sit", tracks=tracks(people))
    phone.do("passUntilNow")
    assert connect(phone, people.anna, network) == {"ofOthers": 0}
    assert phone.do("sync")["ending"] == "done"
    assert nothing_left(phone)
    assert_there_once(phone, people.anna)


def test_a_pairing_whose_answer_was_lost_is_the_same_when_it_is_sent_again(
    people: People, network: Network
) -> None:
    code, before = a_code(people.anna), Device.objects.count()
    with MadeUpPhone() as phone:
        network.weather = "unheard"
        assert phone.do("connect", server=network.url, code=code) == {"unheard": "NoAnswer"}
        network.weather = "fine"
        assert phone.do("connect", server=network.url, code=code) == {"ofOthers": 0}
        assert Device.objects.count() == before + 1
        refused = phone.do("connect", server=network.url, code=code)
        assert refused == {"status": 404, "code": "pairing_code_unknown"}


def test_a_phone_that_becomes_another_patients_sends_nothing_of_the_one_before(
    phone: MadeUpPhone, people: People, network: Network
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people))
    waiting = A_SITTING + 1
    assert connect(phone, people.carl, network) == {"ofOthers": waiting + A_SITTING}
    assert phone.do("sync") == {"ending": "done", "stored": 0, "again": None}
    assert state(phone)["waiting"] == waiting
    assert rows(people.carl) == rows(people.anna) == {}
    phone.do("forgetOthers")
    assert nothing_left(phone)


def test_after_care_was_ended_nothing_more_arrives_and_the_patient_is_to_be_told(
    phone: MadeUpPhone, people: People
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people))
    decide(
        id=uuid.uuid4(),
        patient=people.anna,
        scope="care",
        given=False,
        text_version="1",
        language="en",
        decided_at=datetime.now(UTC),
    )
    result = phone.do("sync")
    assert (result["ending"], result["stored"]) == ("done", 0)
    assert nothing_left(phone)
    assert state(phone)["careEnded"]
    assert rows(people.anna) == {}
    phone.do("endCare")


@pytest.mark.parametrize("wrong", [-5 * 24, 9 * 24])
def test_a_clock_that_is_wrong_all_the_time_is_put_right_by_the_server(
    people: People, network: Network, wrong: int
) -> None:
    with MadeUpPhone() as phone:
        phone.do("set", hours=wrong)
        connect(phone, people.anna, network)
        phone.do("pass", hours=-3)
        phone.do("sit", tracks=tracks(people))
        phone.do("passUntilNow")
        assert phone.do("sync")["ending"] == "done"
        assert_there_once(phone, people.anna)


@pytest.mark.parametrize(
    ("by", "open_before"), [(-120, False), (216, False), (3, True), (-3, True)]
)
def test_a_clock_that_is_set_while_items_wait_is_put_right_for_those_before_and_after(
    people: People, network: Network, by: int, open_before: bool
) -> None:
    with MadeUpPhone() as phone:
        phone.do("pass", hours=-72)
        connect(phone, people.anna, network)
        phone.do("live", days=2, tracks=tracks(people))
        if open_before:  # else it slept, and the app sees both as one
            phone.do("look")
        phone.do("set", hours=by)
        phone.do("sit", tracks=tracks(people))
        phone.do("passUntilNow")
        assert phone.do("sync")["ending"] == "done"
        assert nothing_left(phone)
        assert_there_once(phone, people.anna)


@pytest.mark.parametrize("by", [-50, 50])
def test_a_session_in_which_the_clock_is_set_ends_when_it_ended(
    phone: MadeUpPhone, people: People, by: int
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people), set=by)
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    assert nothing_left(phone)
    assert_there_once(phone, people.anna)


def test_a_mood_that_was_not_said_is_stored_as_that_and_as_no_rating(
    phone: MadeUpPhone, people: People
) -> None:
    session = phone.do("sayNothing")
    result = phone.do("sync")
    assert (result["ending"], result["stored"]) == ("done", 4)
    assert nothing_left(phone)
    skips = MoodSkip.objects.filter(patient=people.anna, session=session)
    assert sorted(skip.phase for skip in skips) == ["after", "before", "during"]
    assert not MoodRating.objects.exists()


def test_what_is_refused_stays_with_its_reason_and_arrives_when_the_reason_has_ended(
    phone: MadeUpPhone, people: People
) -> None:
    phone.do("pass", hours=-3)
    phone.do("sit", tracks=tracks(people))
    lost = people.tracks[0]
    catalogue, lost.catalogue = lost.catalogue, people.strange_track.catalogue
    lost.save()
    phone.do("passUntilNow")
    assert phone.do("sync")["ending"] == "done"
    aside = phone.do("aside")
    assert {item["kind"] for item in aside} == {"playlist-log", "track-play", "track-rating"}
    assert {item["reason"]["status"] for item in aside} == {"refused"}
    lost.catalogue = catalogue
    lost.save()
    assert phone.do("sync")["stored"] == 0
    phone.do("update")
    assert phone.do("sync")["stored"] == len(aside)
    assert nothing_left(phone)
    assert_there_once(phone, people.anna)
    assert MoodRating.objects.count() == 2
