"""POST /api/v1/sync: each item for itself, and each as by its own endpoint."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.signals import pre_save
from django.utils import timezone

from tests.people import People, Phone
from tests.problems import places, problem_in
from tests.therapy.sessions.reports import Body, new_id, refusals
from tests.threads import at_once
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
from therapy.sessions.api.kinds import KINDS
from therapy.sessions.api.outcomes import MAY_DELETE, Status
from worker.models import Job

pytestmark = pytest.mark.django_db

MODELS: Any = (
    *(ListeningSession, SessionNotHeld, MoodRating, TrackRating, TrackPlay, PlaylistLog),
    *(MeasureResponse, ModelRefusal, MoodSkip),
)


@pytest.fixture
def items(bodies: dict[str, Body]) -> list[Body]:
    """One of each kind, all of one session, which comes last."""
    made = [
        {"kind": address.removesuffix("s").replace("sessions-", "session-"), **body}
        for address, body in bodies.items()
    ]
    session = made[0]["id"]
    return [item | ({"session": session} if "session" in item else {}) for item in made[::-1]]


def sync(phone: Phone, items: list[Any], **envelope: Any) -> list[Body]:
    """The outcomes of a batch that must be answered."""
    answer = phone.post("sync", {"items": items, **envelope})
    assert answer.status_code == 200, answer.content
    outcomes: list[Body] = answer.json()["items"]
    for outcome in outcomes:
        assert set(outcome) == {"id", "kind", "status", "may_delete", "code", "detail", "errors"}
    return outcomes


def statuses(outcomes: list[Body]) -> list[str]:
    return [outcome["status"] for outcome in outcomes]


def rows() -> int:
    return sum(model.objects.count() for model in MODELS)


def test_every_kind_is_stored_whatever_the_order(phone: Phone, items: list[Body]) -> None:
    assert {item["kind"] for item in items} == set(KINDS)
    outcomes = sync(phone, items)
    assert outcomes == [
        {
            "id": item["id"],
            "kind": item["kind"],
            "status": "stored",
            "may_delete": True,
            "code": "",
            "detail": "",
            "errors": [],
        }
        for item in items
    ]
    assert rows() == len(items)
    assert PlaylistEntry.objects.count() == 3
    assert MoodRating.objects.get().session == ListeningSession.objects.get()


def test_a_repeat_is_there_already_also_within_one_batch(phone: Phone, items: list[Body]) -> None:
    again = [*items, *items]
    random.Random(1).shuffle(again)
    assert sorted(statuses(sync(phone, again))) == sorted(
        ["stored"] * len(items) + ["already-stored"] * len(items)
    )
    outcomes = sync(phone, items)
    assert statuses(outcomes) == ["already-stored"] * len(items)
    assert all(outcome["may_delete"] for outcome in outcomes)
    assert rows() == len(items)


def test_the_end_of_a_session_that_is_there_is_stored(phone: Phone, items: list[Body]) -> None:
    begun = items[-1]
    end = (datetime.fromisoformat(begun["started_at"]) + timedelta(minutes=9)).isoformat()
    ended = begun | {"ended_at": end, "ending": "completed"}
    assert statuses(sync(phone, [begun])) == ["stored"]
    assert statuses(sync(phone, [ended, begun, ended])) == [
        "stored",
        "already-stored",
        "already-stored",
    ]
    assert ListeningSession.objects.get().ending == "completed"


def test_what_a_batch_answers_is_what_the_kinds_own_endpoint_answers(
    people: People, phone: Phone, bodies: dict[str, Body], items: list[Body]
) -> None:
    kinds = {item["id"]: item["kind"] for item in items}
    spoilt: list[tuple[str, Body]] = []
    for address, body in bodies.items():
        clock = next(name for name in body if name.endswith("_at"))
        spoilt += [
            (address, body | {"id": "no uuid"}),
            (address, {"id": body["id"]}),
            (address, body | {clock: "1999-01-01T00:00:00Z"}),
            (address, body | {clock: (timezone.now() + timedelta(days=1)).isoformat()}),
        ]
        for name, value in (("track", str(people.strange_track.id)), ("plan", new_id())):
            if name in body:
                spoilt.append((address, body | {name: value}))
    alone = [problem_in(phone.post(address, body)) for address, body in spoilt]
    batch = sync(
        phone, [{"kind": kinds[bodies[address]["id"]], **body} for address, body in spoilt]
    )
    assert statuses(batch) == ["refused"] * len(spoilt)
    for error, outcome in zip(alone, batch, strict=True):
        assert outcome["may_delete"] is False
        assert outcome["code"] == error["code"]
        # The server's clock stands in one of the texts, to the second.
        assert list(places(outcome["errors"])) == list(places(error["errors"]))
        assert outcome["detail"] == error["detail"]
    assert rows() == 0


BAD: list[Any] = [
    None,
    "text",
    17,
    [],
    {},
    {"kind": None},
    {"kind": ["session"]},
    {"kind": "diary", "id": "x"},
    {"kind": "session"},
    {"kind": "session", "id": None},
    {"kind": "mood-rating", "id": "50883649-cac6-42bb-bda5-82eada51a403", "phase": "\ud800"},
    {"kind": "\ud800", "id": "\udfff"},
]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_one_bad_item_spoils_no_other(phone: Phone, items: list[Body], bad: Any) -> None:
    outcomes = sync(phone, [items[0], bad, *items[1:]])
    assert statuses(outcomes[:1] + outcomes[2:]) == ["stored"] * len(items)
    assert (outcomes[1]["status"], outcomes[1]["may_delete"]) == ("refused", False)
    assert outcomes[1]["code"] in {"invalid", "unknown_kind"}
    assert rows() == len(items)


def test_an_unknown_kind_is_told_the_kinds_that_there_are(phone: Phone) -> None:
    (outcome,) = sync(phone, [{"kind": "diary", "id": new_id()}])
    assert outcome["code"] == "unknown_kind"
    assert all(name in outcome["detail"] for name in KINDS)


def test_a_row_whose_session_is_not_there_waits_for_it(phone: Phone, items: list[Body]) -> None:
    session, rest = items[-1], [item for item in items[:-1] if "session" in item]
    outcomes = sync(phone, rest)
    assert statuses(outcomes) == ["waiting"] * len(rest)
    for outcome in outcomes:
        assert outcome["may_delete"] is False
        assert list(places(outcome["errors"])) == ["session"]
    assert rows() == 0
    sync(phone, [session])
    assert statuses(sync(phone, rest)) == ["stored"] * len(rest)


def test_a_row_waits_for_a_session_that_was_refused(phone: Phone, items: list[Body]) -> None:
    items[-1]["started_at"] = "never"
    outcomes = sync(phone, items)
    expected = {"session": "refused", "session-not-held": "stored", "model-refusal": "stored"}
    assert statuses(outcomes) == [expected.get(item["kind"], "waiting") for item in items]


def test_a_row_with_another_fault_beside_its_session_is_refused(
    phone: Phone, items: list[Body]
) -> None:
    rating = next(item for item in items if item["kind"] == "track-rating")
    (outcome,) = sync(phone, [rating | {"track": new_id()}])
    assert (outcome["status"], set(places(outcome["errors"]))) == (
        "refused",
        {"session", "track"},
    )


def test_another_content_is_a_conflict_and_the_first_stays(phone: Phone, items: list[Body]) -> None:
    rating = next(item for item in items if item["kind"] == "track-rating") | {"session": None}
    outcomes = sync(phone, [rating, rating | {"liking": 1}])
    assert statuses(outcomes) == ["stored", "conflict"]
    assert outcomes[1]["code"] == "conflict"
    assert outcomes[1]["errors"] == [{"pointer": "/liking", "detail": "Stored as 4, sent as 1."}]
    assert outcomes[1]["may_delete"] is False
    assert TrackRating.objects.get().liking == 4


def test_the_rows_of_another_patient_are_neither_told_nor_touched(
    people: People, items: list[Body]
) -> None:
    sync(people.annas_phone, items)
    outcomes = sync(people.carls_phone, items)
    for item, outcome in zip(items, outcomes, strict=True):
        assert outcome["status"] == "conflict", item
        assert outcome["errors"] == []
    assert rows() == len(items)
    assert not ListeningSession.objects.exclude(patient=people.anna).exists()
    # Nor can a stranger hang a rating of their own on the session.
    rating = next(item for item in items if item["kind"] == "mood-rating") | {"id": new_id()}
    assert statuses(sync(people.carls_phone, [rating])) == ["waiting"]


def test_a_batch_says_the_phones_clock_once_for_all(phone: Phone, items: list[Body]) -> None:
    ahead = timedelta(days=2)
    for item in items:
        for name in [name for name in item if name.endswith("_at") and item[name]]:
            item[name] = (datetime.fromisoformat(item[name]) + ahead).isoformat()
    refused = sync(phone, items)
    assert "stored" not in statuses(refused)
    answer = phone.post("sync", {"sent_at": (timezone.now() + ahead).isoformat(), "items": items})
    assert statuses(answer.json()["items"]) == ["stored"] * len(items)
    assert answer.json()["clock_offset"] == pytest.approx(-ahead.total_seconds(), abs=20)
    received = datetime.fromisoformat(answer.json()["received_at"])
    assert abs(received - timezone.now()) < timedelta(seconds=20)
    assert MoodRating.objects.get().rated_at < timezone.now()
    assert statuses(sync(phone, items)) == ["already-stored"] * len(items)


@pytest.mark.parametrize(
    ("envelope", "field"),
    [
        ({}, "items"),
        ({"items": None}, "items"),
        ({"items": {}}, "items"),
        ({"items": [{}] * 501}, "items"),
        ({"items": [], "sent_at": "soon"}, "sent_at"),
        ([], ""),
    ],
)
def test_an_envelope_that_cannot_be_read_is_refused_whole(
    phone: Phone, envelope: Any, field: str
) -> None:
    assert list(refusals(phone.post("sync", envelope))) == [field]


def test_a_batch_may_be_empty_and_may_be_as_long_as_is_said(
    phone: Phone, items: list[Body]
) -> None:
    assert sync(phone, []) == []
    ratings = [items[-3] | {"id": new_id(), "session": None} for _ in range(500)]
    assert statuses(sync(phone, ratings)) == ["stored"] * 500


def test_a_batch_that_is_too_large_is_refused_before_it_is_read(phone: Phone) -> None:
    answer = phone.post("sync", {"items": [{"kind": "x" * 1_000_001}]})
    assert refusals(answer, 413) == {}


def test_a_batch_needs_the_phones_token(people: People, items: list[Body]) -> None:
    assert people.annas_phone.without_token().post("sync", {"items": items}).status_code == 401
    assert rows() == 0


def test_one_adaptation_is_asked_for_if_a_rating_is_new(
    phone: Phone, items: list[Body], adaptations: Callable[[], list[str]]
) -> None:
    sync(phone, [item for item in items if not item["kind"].endswith("rating")])
    assert adaptations() == []
    sync(phone, items)
    assert adaptations() == [str(phone.patient.id)]
    Job.objects.update(state=Job.State.SUCCEEDED)
    sync(phone, items)
    assert len(adaptations()) == 1


def fresh(items: list[Body], count: int) -> list[Body]:
    """So many batches' worth of items with keys of their own."""
    made = []
    for _ in range(count):
        session = new_id()
        for item in items:
            own = item | {"id": session if item["kind"] == "session" else new_id()}
            made.append(own | ({"session": session} if "session" in item else {}))
    return made


def test_queries_do_not_grow_with_the_repeats(
    phone: Phone, items: list[Body], django_assert_max_num_queries: Any
) -> None:
    many = fresh(items, 55)
    sync(phone, many)
    ratings = [item for item in many if item["kind"] == "track-rating"] * 2
    batches = [ratings[:1], ratings[:10], ratings[:100], many[:9], many[:99], many[:495]]
    counts = []
    for batch in batches:
        with django_assert_max_num_queries(20) as asked:
            assert set(statuses(sync(phone, batch))) == {"already-stored"}
        counts.append(len(asked))
    assert len(set(counts[:3])) == 1, "for 1, 10 and 100 rows of a kind"
    assert len(set(counts[3:])) == 1, "for 9, 99 and 495 rows of all kinds"


def test_queries_for_what_is_new_are_few_for_each_row(
    phone: Phone, items: list[Body], django_assert_max_num_queries: Any
) -> None:
    ratings = [items[-3] | {"id": new_id(), "session": None} for _ in range(100)]
    with django_assert_max_num_queries(4 * 100 + 25):
        assert statuses(sync(phone, ratings)) == ["stored"] * 100


# What the server cannot do now.


@pytest.fixture
def break_track_ratings() -> Any:
    """Have the storing of every track rating raise what a test says, as a fault of ours would."""
    raised: list[Exception | str] = []

    def fail(**_: Any) -> None:
        if isinstance(raised[0], Exception):
            raise raised[0]
        with connection.cursor() as cursor:
            cursor.execute(raised[0])

    pre_save.connect(fail, sender=TrackRating)
    yield raised.append
    pre_save.disconnect(fail, sender=TrackRating)


@pytest.mark.parametrize("fault", [ValueError("a fault of ours"), "SELECT no_such_function(1)"])
def test_a_fault_of_ours_is_a_reason_to_send_again_and_spoils_no_other(
    phone: Phone, items: list[Body], break_track_ratings: Any, fault: Any
) -> None:
    break_track_ratings(fault)
    outcomes = sync(phone, items)
    expected = ["retry" if item["kind"] == "track-rating" else "stored" for item in items]
    assert statuses(outcomes) == expected
    retried = outcomes[expected.index("retry")]
    assert (retried["may_delete"], retried["code"]) == (False, "unavailable")
    assert rows() == len(items) - 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_broke_keeps_nothing_and_every_item_is_sent_again(
    phone: Phone, items: list[Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_it(**_: Any) -> None:
        transaction.set_rollback(True)
        raise ValueError("past every savepoint")

    kind = replace(KINDS["track-rating"], record=break_it)
    monkeypatch.setitem(KINDS, "track-rating", kind)
    assert statuses(sync(phone, items)) == ["retry"] * len(items)
    assert rows() == 0


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_store_every_row_once(people: People, items: list[Body]) -> None:
    many = fresh(items, 3)

    def send(seed: int) -> Callable[[], list[str]]:
        shuffled = list(many)
        random.Random(seed).shuffle(shuffled)
        return lambda: statuses(sync(Phone(people.annas_phone.device), shuffled))

    answers = at_once(*map(send, range(4)))
    assert sorted(status for answer in answers for status in answer) == sorted(
        ["stored"] * len(many) + ["already-stored"] * len(many) * 3
    )
    assert rows() == len(many)
    assert Job.objects.count() == 2  # one to adapt, one to look at it


def test_every_status_stands_in_the_documentation_with_what_the_phone_may_delete() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sync.md").read_text()
    table = text.split("<!-- table: statuses -->")[1].split("<!-- end -->")[0]
    lines = [line.split("|") for line in table.strip().splitlines()[2:]]
    told = {line[1].strip(" `"): line[2].strip() == "yes" for line in lines}
    assert told == {status.value: status in MAY_DELETE for status in Status}
