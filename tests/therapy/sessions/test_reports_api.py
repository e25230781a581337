"""What every report of a phone has in common: stored once, refused with words, never others'."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    ModelRefusalFactory,
    MoodRatingFactory,
    MoodSkipFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
    TrackPlayFactory,
    TrackRatingFactory,
)
from tests.people import People, Phone
from tests.therapy.sessions.reports import Body, new_id, refusals
from tests.threads import at_once, while_open
from therapy.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)
from therapy.sessions.arrivals import arriving
from therapy.sessions.services import record_mood_rating
from worker.models import Job

pytestmark = pytest.mark.django_db

MODELS: dict[str, Any] = {
    "sessions": ListeningSession,
    "sessions-not-held": SessionNotHeld,
    "mood-ratings": MoodRating,
    "mood-skips": MoodSkip,
    "track-ratings": TrackRating,
    "track-plays": TrackPlay,
    "playlist-logs": PlaylistLog,
    "measure-responses": MeasureResponse,
    "model-refusals": ModelRefusal,
}
CLOCKS = {
    "sessions": "started_at",
    "sessions-not-held": "decided_at",
    "mood-ratings": "rated_at",
    "mood-skips": "skipped_at",
    "track-ratings": "rated_at",
    "track-plays": "started_at",
    "playlist-logs": "made_at",
    "measure-responses": "answered_at",
    "model-refusals": "refused_at",
}
every_address = pytest.mark.parametrize("address", MODELS)
every_report = pytest.mark.parametrize(
    "address",
    [
        address
        for address in MODELS
        if not address.startswith("sessions") and address != "model-refusals"
    ],
)


@every_address
def test_a_report_is_stored_for_the_patient_and_answered_as_it_is_stored(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    body = bodies[address]
    answer = phone.post(address, body)
    assert answer.status_code == 201, answer.content
    stored = MODELS[address].objects.get()
    assert (str(stored.id), stored.patient) == (body["id"], phone.patient)
    said = answer.json()
    received = datetime.fromisoformat(said.pop("received_at"))
    assert received == stored.received_at
    clock = CLOCKS[address]
    assert datetime.fromisoformat(said.pop(clock)) == datetime.fromisoformat(body.pop(clock))
    if offered := body.pop("offered_at", None):
        assert datetime.fromisoformat(said.pop("offered_at")) == datetime.fromisoformat(offered)
    assert said.pop("clock_offset") is None
    assert said.pop("safety_check", False) is False
    assert said == body


@every_address
def test_a_repeat_is_answered_alike_and_stored_once(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    first, again = phone.post(address, bodies[address]), phone.post(address, bodies[address])
    assert (again.status_code, again.content) == (201, first.content)
    assert MODELS[address].objects.count() == 1
    assert PlaylistEntry.objects.count() == (3 if address == "playlist-logs" else 0)


@every_address
def test_a_repeat_in_another_time_zone_is_the_same(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    clock = CLOCKS[address]
    first = phone.post(address, bodies[address])
    instant = datetime.fromisoformat(bodies[address][clock])
    elsewhere = bodies[address] | {clock: instant.astimezone().isoformat()}
    assert phone.post(address, elsewhere).content == first.content


@every_address
def test_another_time_under_the_same_id_is_a_conflict_that_says_so(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    phone.post(address, bodies[address])
    changed = bodies[address] | {CLOCKS[address]: "2026-01-01T00:00:00Z"}
    fields = refusals(phone.post(address, changed), 409)
    assert list(fields) == [CLOCKS[address]]
    assert "sent as 2026-01-01T00:00:00+00:00" in fields[CLOCKS[address]][0]
    assert MODELS[address].objects.count() == 1


@every_address
def test_a_key_of_another_patient_is_a_conflict_that_reveals_nothing(
    people: People, bodies: dict[str, Body], address: str
) -> None:
    people.annas_phone.post(address, bodies[address])
    answer = people.carls_phone.post(address, bodies[address] | {"session": None})
    assert refusals(answer, 409) == {}
    assert answer.json()["detail"] == ("This id is taken. Make a new random one (UUID version 4).")
    assert MODELS[address].objects.get().patient == people.anna


@pytest.mark.django_db(transaction=True)
@every_address
def test_repeats_at_once_are_one_row_and_one_answer(
    people: People, bodies: dict[str, Body], address: str
) -> None:
    def send() -> Any:
        return Phone(people.annas_phone.device).post(address, bodies[address])

    answers = at_once(*[send] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert MODELS[address].objects.count() == 1
    assert PlaylistEntry.objects.count() == (3 if address == "playlist-logs" else 0)


@pytest.mark.django_db(transaction=True)
def test_a_repeat_that_comes_while_the_first_is_being_stored_waits_and_finds_it(
    people: People,
) -> None:
    key, now = uuid.uuid4(), timezone.now()

    def record() -> MoodRating:
        with arriving(people.anna) as arrival:
            return record_mood_rating(
                arrival=arrival, id=key, phase="before", valence=0.1, arousal=0.2, rated_at=now
            )

    assert while_open(record, record) == [MoodRating.objects.get()] * 2
    assert Job.objects.count() == 2  # one to adapt, one to look at it


@pytest.mark.django_db(transaction=True)
def test_of_two_contents_at_once_one_is_stored_and_one_is_a_conflict(
    people: People, bodies: dict[str, Body]
) -> None:
    def send(liking: int) -> Callable[[], Any]:
        body = bodies["track-ratings"] | {"liking": liking}
        return lambda: Phone(people.annas_phone.device).post("track-ratings", body)

    answers = at_once(send(1), send(5))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (stored,) = [answer.json()["liking"] for answer in answers if answer.status_code == 201]
    assert TrackRating.objects.get().liking == stored


@every_address
def test_a_clock_that_is_fast_is_refused_and_told_the_servers_time(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    clock, now = CLOCKS[address], timezone.now()
    late = bodies[address] | {clock: (now + timedelta(minutes=11)).isoformat()}
    (words,) = refusals(phone.post(address, late))[clock]
    assert f"the server's clock says {now:%Y-%m-%dT%H}" in words
    assert "up to 10 minutes ahead of it are accepted. Check the phone's clock." in words
    a_little = bodies[address] | {clock: (now + timedelta(minutes=9)).isoformat()}
    assert phone.post(address, a_little).status_code == 201


@every_address
@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("1999-12-31T23:59:59Z", "Lies before 2000"),
        ("0001-01-01T00:00:00+14:00", "out of range"),
        ("2026-03-01T18:30:00", "Must end with an offset from UTC"),
        ("2026-03-01", "Must end with an offset from UTC"),
        ("2026-02-30T18:30:00Z", "wrong format"),
        ("yesterday", "wrong format"),
        (1772389800, "wrong format"),
        (None, "may not be null"),
    ],
)
def test_a_time_that_is_none_is_refused(
    phone: Phone, bodies: dict[str, Body], address: str, time: Any, words: str
) -> None:
    fields = refusals(phone.post(address, bodies[address] | {CLOCKS[address]: time}))
    assert list(fields) == [CLOCKS[address]]
    assert words in fields[CLOCKS[address]][0]
    assert not MODELS[address].objects.exists()


@every_address
@pytest.mark.parametrize("key", ["not-a-uuid", "", None, 1.5, []])
def test_a_key_that_is_no_uuid_is_refused(
    phone: Phone, bodies: dict[str, Body], address: str, key: Any
) -> None:
    assert list(refusals(phone.post(address, bodies[address] | {"id": key}))) == ["id"]


@every_address
def test_an_empty_body_is_told_all_that_it_lacks(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    optional = {
        "plan",
        "session",
        "familiarity",
        "answers",
        "ended_at",
        "stop_reason",
        "skip_reason",
        "version",
        "base_sha256",
        "in_use",
        "chosen_first",
    }
    if address == "measure-responses":
        optional.remove("version")
    if address == "sessions":
        optional |= {"ending", "assignment"}
    assert set(refusals(phone.post(address, {}))) == set(bodies[address]) - optional


@every_report
def test_a_report_may_belong_to_a_session_of_the_patient(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    session = ListeningSessionFactory(patient=phone.patient)
    answer = phone.post(address, bodies[address] | {"session": str(session.id)})
    assert answer.json()["session"] == str(session.id)
    assert MODELS[address].objects.get().session == session


@every_report
def test_anothers_session_and_no_session_are_refused_in_the_same_words(
    people: People, phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    others = ListeningSessionFactory(patient=people.carl)
    ours = ListeningSessionFactory()  # another patient still
    answers = [
        refusals(phone.post(address, bodies[address] | {"session": session}))
        for session in (str(others.id), str(ours.id), new_id())
    ]
    assert (
        answers
        == [{"session": ["This patient has no session of this id. Send the session first."]}] * 3
    )
    assert not MODELS[address].objects.exists()


@pytest.mark.parametrize("address", ["sessions", "sessions-not-held"])
def test_anothers_plan_is_refused(
    people: People, phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    others = SessionPlanFactory(patient=people.carl)
    body = bodies[address] | {"plan": str(others.id)}
    assert refusals(phone.post(address, body)) == {"plan": ["This patient has no plan of this id."]}
    ours = SessionPlanFactory(patient=people.anna, version=1)
    assert phone.post(address, body | {"plan": str(ours.id)}).json()["plan"] == str(ours.id)


@pytest.mark.parametrize("strange", ["another clinic's", "nobody's"])
def test_a_track_that_the_patient_cannot_hear_is_refused(
    people: People, phone: Phone, bodies: dict[str, Body], strange: str
) -> None:
    track = str(people.strange_track.id) if strange == "another clinic's" else new_id()
    words = ["No catalogue of this clinic has such a track."]
    assert refusals(phone.post("track-ratings", bodies["track-ratings"] | {"track": track})) == {
        "track": words
    }
    playlist = bodies["playlist-logs"]
    playlist["entries"][1]["track"] = track
    assert refusals(phone.post("playlist-logs", playlist)) == {"entries/1/track": words}
    assert not PlaylistLog.objects.exists()


@every_address
def test_what_was_accepted_once_is_answered_even_if_it_would_be_refused_now(
    people: People, phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    first = phone.post(address, bodies[address])
    people.harbour.catalogues.clear()
    assert phone.post(address, bodies[address]).content == first.content


@every_address
def test_a_report_is_not_text_and_not_a_list(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    assert list(refusals(phone.post(address, [bodies[address]]))) == [""]
    answer = phone.client.post(
        f"/api/v1/{address}", json.dumps(bodies[address]), "text/plain", headers=phone.headers
    )
    assert refusals(answer, 415) == {}


def test_times_are_answered_in_utc(phone: Phone, bodies: dict[str, Body]) -> None:
    body = bodies["mood-ratings"] | {"rated_at": "2026-03-01T18:30:00.123+02:00"}
    assert phone.post("mood-ratings", body).json()["rated_at"] == "2026-03-01T16:30:00.123000Z"
    assert MoodRating.objects.get().rated_at == datetime(2026, 3, 1, 16, 30, 0, 123000, UTC)


FACTORIES: dict[str, Any] = {
    "mood-ratings": MoodRatingFactory,
    "mood-skips": MoodSkipFactory,
    "track-ratings": TrackRatingFactory,
    "playlist-logs": PlaylistLogFactory,
    "measure-responses": MeasureResponseFactory,
    "model-refusals": ModelRefusalFactory,
    "sessions": ListeningSessionFactory,
    "sessions-not-held": SessionNotHeldFactory,
    "track-plays": TrackPlayFactory,
}


@every_address
def test_queries_do_not_grow_with_the_history(
    people: People,
    phone: Phone,
    bodies: dict[str, Body],
    address: str,
    django_assert_max_num_queries: Any,
) -> None:
    FACTORIES[address].create_batch(30, patient=people.anna)
    session = ListeningSessionFactory(patient=people.anna)
    PlaylistEntryFactory.create_batch(10)
    body = bodies[address] | ({"session": str(session.id)} if "session" in bodies[address] else {})
    with django_assert_max_num_queries(22):
        assert phone.post(address, body).status_code == 201
