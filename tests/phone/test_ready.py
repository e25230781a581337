"""A phone in TypeScript makes itself ready for weeks without a network, from the real server: what
goes wrong at one step leaves what was there, and the model knows every rating once."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from exports.models import ModelPackage
from exports.selectors import content_of
from tests.exports.conftest import adapt, export, published
from tests.factories import (
    DeviceFactory,
    PatientFactory,
    SessionPlanFactory,
    TrackFactory,
    TrackFeaturesFactory,
)
from tests.people import Phone
from tests.phone.made_up_phone import MadeUpPhone
from tests.practice import Practice
from tests.trained import some_tracks
from therapy.models import Patient
from therapy.people.consenting import decide
from therapy.people.services import revoke_device

pytestmark = pytest.mark.django_db(transaction=True)

SOUND = bytes(range(256)) * 2_000
HERE = {"state": "ready", "version": 1}
A_STEP_AND_ITS_PATH = [
    ("crisis-contacts", "/api/v1/crisis-contacts"),
    ("consents", "/api/v1/consents"),
    ("measures", "/api/v1/measures"),
    ("reminders", "/api/v1/reminders"),
    ("keys", "/api/v1/keys"),
    ("model", "/api/v1/model"),
    ("catalogue", "/api/v1/catalogue"),
    ("plan", "/api/v1/plan"),
]

Ready = Callable[..., Any]


@pytest.fixture
def phone(practice: Practice, live_server: Any) -> Iterator[MadeUpPhone]:
    """The patient's phone, just connected: they agreed to care, and there is a plan, a model, and
    sound of three tracks."""
    say(practice.patient, given=True)
    SessionPlanFactory(patient=practice.patient, track_count=3)
    for track in practice.tracks[:3]:
        track.audio.save("sound.ogg", ContentFile(SOUND))
        track.audio_sha256 = f"{track.id.int:064x}"
        track.save()
    deliver(practice)
    with MadeUpPhone("run_ready.mjs") as phone:
        connect(phone, practice.phone, live_server)
        yield phone


def connect(made_up: MadeUpPhone, phone: Phone, server: Any) -> None:
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    patient = str(phone.patient.id)
    made_up.do("connect", server=server.url, token=token, patientId=patient, origin="simulated")


@pytest.fixture
def ready(phone: MadeUpPhone) -> Ready:
    return lambda **wrong: phone.do("ready", **wrong)


def deliver(practice: Practice) -> ModelPackage:
    adapt(practice.patient)
    export(practice.patient)
    return published(practice.patient)["record"]


def until_later(record: ModelPackage) -> None:
    """Records say when they were made in whole seconds: what comes after is of another one."""
    while time.time() < content_of(record).created + 1:
        time.sleep(0.05)


def test_just_connected_everything_comes_and_then_nothing_again(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    first = ready()
    steps = [step for step, _ in A_STEP_AND_ITS_PATH]
    assert {step: first[step] for step in steps} == dict.fromkeys(steps, "renewed")
    assert list(dict.fromkeys(first["seen"])) == [*steps, "reserve", "music"]
    assert first["music"] == {"outcome": "done", "here": 3, "of": 3, "bytes": 3 * len(SOUND)}
    kept = phone.do("kept")
    assert kept["tracks"] == 12
    assert kept["plan"] > 0
    assert set(kept["judged"]) == {str(track.id) for track in practice.tracks}
    assert phone.do("standing").items() >= HERE.items()

    phone.do("asked")
    again = ready()
    assert {again[step] for step in steps if step != "reminders"} == {"unchanged"}
    asked = phone.do("asked")
    assert not [path for path in asked if "/bases/" in path or "/audio" in path]


def test_a_session_has_tracks_alone_whose_sound_is_here(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    opened = phone.do("play")
    assert sorted(opened["tracks"]) == sorted(str(track.id) for track in practice.tracks[:3])


@pytest.mark.parametrize(
    ("wrong", "said"), [("fail", "later"), ("page", "no-answer"), ("lose", "no-answer")]
)
def test_a_step_that_fails_leaves_the_others_alone(
    wrong: str, said: str, ready: Ready, phone: MadeUpPhone
) -> None:
    ready()
    for step, path in A_STEP_AND_ITS_PATH:
        failed = ready(**{wrong: path})
        assert failed[step] == said
        others = {other: failed[other] for other, _ in A_STEP_AND_ITS_PATH if other != step}
        assert set(others.values()) <= {"unchanged", "renewed"}
        assert failed["music"]["here"] == 3
        assert phone.do("standing").items() >= HERE.items()


@pytest.mark.parametrize(
    ("step", "path", "said"),
    [
        ("model", "/api/v1/model", "no-answer"),
        ("model", "/api/v1/bases/", "wrong-content"),
        ("catalogue", "/api/v1/catalogue", "no-answer"),
        ("plan", "/api/v1/plan", "no-answer"),
    ],
)
def test_what_was_changed_on_the_way_is_not_taken_and_comes_the_next_time(
    step: str, path: str, said: str, ready: Ready, phone: MadeUpPhone
) -> None:
    assert ready(flip=path)[step] == said
    kept = phone.do("kept")
    absent = {"catalogue": kept["tracks"] == 0, "plan": kept["plan"] == 0}
    assert absent.get(step, phone.do("standing") == {"state": "none"})
    assert ready()[step] == "renewed"
    assert phone.do("kept")["tracks"] == 12
    assert phone.do("standing").items() >= HERE.items()


@pytest.mark.parametrize(
    ("what", "reason"), [("bundle", "wrong-content"), ("record", "wrong-signature")]
)
def test_a_kept_model_that_is_another_by_now_is_refused_and_fetched_anew(
    what: str, reason: str, ready: Ready, phone: MadeUpPhone
) -> None:
    ready()
    phone.do("damage", what=what)
    phone.do("restart")
    assert phone.do("standing") == {"state": "refused", "reason": reason}
    assert ready(lose="/")["model"] == "no-answer"
    assert phone.do("choose"), "what the plan allows can be chosen all the same"
    assert ready()["model"] == "renewed"
    assert phone.do("standing").items() >= HERE.items()


def test_before_there_is_a_plan_or_a_model_the_rest_is_here(
    ready: Ready, phone: MadeUpPhone, practice: Practice, live_server: Any
) -> None:
    new = Phone(DeviceFactory(patient=PatientFactory(clinic=practice.clinic)))
    say(new.patient, given=True)
    connect(phone, new, live_server)
    found = ready()
    assert (found["model"], found["plan"], found["music"]) == ("none", "none", "skipped")
    assert found["catalogue"] == found["measures"] == "renewed"
    assert phone.do("standing") == {"state": "none"}
    SessionPlanFactory(patient=new.patient)
    assert ready()["music"]["outcome"] == "done", "in the order of the catalogue"
    assert len(phone.do("choose")) == 3


def test_tracks_that_came_after_the_plan_was_answered_are_not_allowed_yet(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    schema = practice.clinic.feature_schema
    late = TrackFactory(catalogue=practice.catalogue, title="Late", duration_seconds=200.0)
    TrackFeaturesFactory(track=late, schema=schema, values=some_tracks(1, seed=9)[0].tolist())
    assert ready(fail="/api/v1/plan")["catalogue"] == "renewed"
    assert str(late.id) not in phone.do("kept")["judged"]
    assert ready()["plan"] == "unchanged"
    assert str(late.id) in phone.do("kept")["judged"]


def test_sound_that_broke_off_goes_on(ready: Ready, phone: MadeUpPhone) -> None:
    assert ready(cut="/api/v1/tracks/")["music"]["outcome"] == "no-answer"
    assert ready()["music"] == {"outcome": "done", "here": 3, "of": 3, "bytes": 3 * len(SOUND)}


def test_a_rating_is_known_at_once_and_to_the_next_record_and_never_twice(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    record = published(practice.patient)["record"]
    until_later(record)
    likings = [
        (str(track.id), liking)
        for track, liking in zip(practice.tracks[:3], (5, 1, 4), strict=True)
    ]
    vectors = phone.do("sit", likings=likings)
    untouched = content_of(record).numbers.tolist()
    assert vectors[0] != untouched
    assert vectors[1] != vectors[0]
    adapted = phone.do("standing")["vector"]
    assert phone.do("keptVector") == adapted

    assert phone.do("sync")["ending"] == "done"
    ready()
    phone.do("restart")
    assert phone.do("standing")["vector"] == pytest.approx(adapted, abs=1e-6), "it is not known yet"

    learned = content_of(deliver(practice)).numbers.tolist()
    assert adapted == pytest.approx(learned, abs=2e-3), "the server learned the same of it"
    assert ready()["model"] == "renewed"
    standing = phone.do("standing")
    assert standing["version"] == 2
    assert standing["vector"] == learned, "nothing is taken in twice"


def test_a_session_goes_on_with_its_model_and_the_next_has_the_new_one(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    assert phone.do("play")["version"] == 1
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 1))
    deliver(practice)
    assert ready()["model"] == "renewed"
    assert phone.do("standing")["version"] == 2
    assert phone.do("play", first=False)["version"] == 1
    phone.do("over")
    assert phone.do("play")["version"] == 2


def test_a_model_whose_time_is_over_is_not_used_but_music_can_be_chosen(
    ready: Ready, phone: MadeUpPhone
) -> None:
    ready()
    phone.do("pass", days=30)
    assert phone.do("play")["version"] == 1, "a month without a network is no matter"
    phone.do("over")
    phone.do("pass", days=31)
    assert phone.do("standing") == {"state": "refused", "reason": "expired"}
    phone.do("restart")
    assert phone.do("play") == {"state": "refused", "reason": "expired"}
    assert len(phone.do("choose")) == 3
    assert ready()["model"] == "unchanged", "the server's clock counts, once it is heard"
    assert phone.do("standing").items() >= HERE.items()


def test_a_phone_that_was_ended_asks_for_nothing_more(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    revoke_device(device=practice.phone.device)
    phone.do("asked")
    ended = ready()
    assert (ended["crisis-contacts"], ended["plan"]) == ("ended", "skipped")
    assert len(phone.do("asked")) == 1
    assert phone.do("kept")["ended"] is True
    assert ready()["crisis-contacts"] == "ended"
    assert phone.do("asked") == []


def test_after_the_consent_to_care_was_taken_back_only_that_is_asked(
    ready: Ready, phone: MadeUpPhone, practice: Practice
) -> None:
    ready()
    say(practice.patient, given=False)
    phone.do("asked")
    ended = ready()
    assert (ended["consents"], ended["measures"], ended["plan"]) == (
        "care-ended",
        "skipped",
        "skipped",
    )
    assert phone.do("asked") == ["/api/v1/crisis-contacts", "/api/v1/me", "/api/v1/consents"]
    say(practice.patient, given=True)
    assert ready()["plan"] == "unchanged"


def test_before_the_patient_agreed_to_care_nothing_of_it_comes(
    practice: Practice, live_server: Any
) -> None:
    SessionPlanFactory(patient=practice.patient)
    with MadeUpPhone("run_ready.mjs") as phone:
        connect(phone, practice.phone, live_server)
        came = phone.do("ready")
        assert (came["crisis-contacts"], came["consents"]) == ("renewed", "renewed")
        assert came["measures"] == came["model"] == came["plan"] == came["music"] == "skipped"
        asked = phone.do("asked")
        assert asked == ["/api/v1/crisis-contacts", "/api/v1/me", "/api/v1/consents"]
        say(practice.patient, given=True)
        assert phone.do("ready")["plan"] == "renewed"


def say(patient: Patient, *, given: bool) -> None:
    decide(
        patient=patient,
        id=uuid.uuid4(),
        scope="care",
        given=given,
        text_version="1",
        language="en",
        decided_at=timezone.now(),
    )
