"""`manage.py playlist`: a playlist as the patient's phone would make it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from adaptation.learning.bases import Base
from adaptation.learning.playlist import TERMS
from exports.models import ModelPackage
from exports.phone import Choice
from exports.playlists import reason_for
from tests.exports.conftest import Publish, adapt, export, keep
from tests.factories import (
    CatalogueFactory,
    FeatureSchemaFactory,
    PatientFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionPlanFactory,
    TrackFactory,
    TrackRatingFactory,
)
from tests.needs import ROOT
from tests.practice import Practice, open_practice
from tests.trained import Graphs
from therapy.models import SessionPlan, Track

pytestmark = pytest.mark.django_db

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def say(
    practice: Practice, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What the command says for people, for the patient whose model is published."""
    publish()

    def said(*arguments: str, mood: tuple[str, str] = ("-0.5", "0.6")) -> str:
        call_command("playlist", "--patient", "P-1", "--mood", *mood, *arguments)
        return capsys.readouterr().out

    return said


@pytest.fixture
def ask(say: Callable[..., str]) -> Ask:
    """What the command answers to programs."""

    def answer(*arguments: str, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(say("--json", *arguments, **options))
        return found

    return answer


def plan(practice: Practice, *, never: tuple[Track, ...] = (), **fields: Any) -> SessionPlan:
    prescribed: SessionPlan = SessionPlanFactory(patient=practice.patient, version=1, **fields)
    prescribed.never_tracks.set(never)
    return prescribed


def ids(answer: dict[str, Any]) -> list[str]:
    return [track["track"] for track in answer["tracks"]]


# What it says


def test_for_programs_it_says_everything_of_every_track(practice: Practice, ask: Ask) -> None:
    plan(practice, target_valence=0.4, target_arousal=-0.3, track_count=4)
    answer = ask("--seed", "9")
    record = ModelPackage.objects.get(patient=practice.patient, kind="record")
    assert answer["model_version"] == 1
    assert answer["package_sha256"] == record.sha256
    assert answer["plan_version"] == 1
    assert (answer["mood"], answer["target"], answer["seed"]) == ([-0.5, 0.6], [0.4, -0.3], 9)
    assert answer["minutes"] == pytest.approx(4 * 200 / 60, abs=0.01)
    assert answer["note"] == ""
    titles = {str(track.id): track.title for track in practice.tracks}
    assert len(answer["tracks"]) == len(set(ids(answer))) == 4
    for track in answer["tracks"]:
        assert track["title"] == titles[track["track"]]
        assert track["log_probability"] <= 0
        assert 1 <= track["liking"] <= 5
        assert all(-1 <= x <= 1 for x in (*track["waypoint"], *track["predicted"]))
        assert all(deviation > 0 for deviation in track["deviation"])
        assert set(track["terms"]) == set(TERMS)
        assert re.search(r"waypoint; expected liking \d\.\d of 5", track["reason"])
    assert answer["tracks"][0]["waypoint"] == pytest.approx([-0.5, 0.6], abs=1e-5)


def test_for_people_it_says_the_same_in_words(
    practice: Practice, ask: Ask, say: Callable[..., str]
) -> None:
    plan(practice, track_count=3)
    answer, text = ask("--seed", "4"), say("--seed", "4")
    assert "From mood (-0.50, +0.60) to (+0.50, -0.50) (valence, arousal), 3 tracks" in text
    assert (
        "model version 1, made from 0 rated tracks, base trained on 80 simulated listeners" in text
    )
    for place, track in enumerate(answer["tracks"], start=1):
        assert f"{place}. {track['title']}\n" in text
        waypoint, predicted = track["waypoint"], track["predicted"]
        assert f"waypoint ({waypoint[0]:+.2f}, {waypoint[1]:+.2f})" in text
        assert f"predicted ({predicted[0]:+.2f}, {predicted[1]:+.2f})" in text
        assert track["reason"] in text


def test_without_a_plan_its_defaults_are_used_and_it_says_so(
    ask: Ask, say: Callable[..., str]
) -> None:
    answer = ask()
    assert answer["plan_version"] is None
    assert answer["target"] == [0.5, -0.5]
    assert len(answer["tracks"]) == 5
    assert "No plan is prescribed; its defaults were used." in answer["note"]
    assert say().rstrip().endswith("No plan is prescribed; its defaults were used.")


def test_a_target_may_be_given(practice: Practice, ask: Ask) -> None:
    plan(practice, track_count=8, largest_step=3.0)
    answer = ask("--target", "-0.2", "0.1")
    assert answer["target"] == [-0.2, 0.1]
    assert answer["tracks"][-1]["waypoint"] == pytest.approx([-0.2, 0.1], abs=1e-5)


def test_what_the_patient_rated_goes_into_the_expected_liking(
    practice: Practice, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    def likings() -> dict[str, float]:
        call_command("playlist", "--patient", "P-1", "--mood", "0", "0", "--json")
        answer = json.loads(capsys.readouterr().out)
        return {track["track"]: track["liking"] for track in answer["tracks"]}

    only = tuple(practice.tracks[3:])
    plan(practice, track_count=3, never=only)
    publish()
    before = likings()
    for track in practice.tracks[:3]:
        practice.sit((track, 1), at=timezone.now() - timedelta(days=30))
    publish()
    after = likings()
    assert before.keys() == after.keys()
    assert all(after[track] < before[track] - 0.2 for track in before)


# Chance


def test_the_same_seed_gives_the_same_playlist(ask: Ask) -> None:
    assert ask("--seed", "3") == ask("--seed", "3")
    assert len({tuple(ids(ask("--seed", str(seed)))) for seed in range(8)}) > 2


def test_a_negative_seed_is_refused_in_words(say: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match=r"--seed: -1 is out of range: 0 or more"):
        say("--seed", "-1")


# Exclusions


def test_what_the_plan_excludes_is_never_played(practice: Practice, ask: Ask) -> None:
    tempo = {str(track.id): track.features.get().values[1] for track in practice.tracks}
    fast = sorted(tempo.values())[8]
    first, second, third = practice.tracks[:3]
    Track.objects.filter(id=second.id).update(tags=["choir"])
    Track.objects.filter(id=third.id).update(explicit=True)
    plan(practice, never=(first,), excluded_tags=["Choir"], tempo_max=fast, track_count=8)
    excluded = {str(track.id) for track in (first, second, third)}
    for seed in range(12):
        answer = ask("--seed", str(seed))
        assert not excluded & set(ids(answer))
        assert all(tempo[track] <= fast for track in ids(answer))
        assert answer["tracks"]


def test_when_too_few_tracks_are_allowed_it_plays_those_and_says_so(
    practice: Practice, ask: Ask
) -> None:
    plan(practice, never=tuple(practice.tracks[2:]))
    answer = ask()
    assert sorted(ids(answer)) == sorted(str(track.id) for track in practice.tracks[:2])
    assert answer["note"] == "Only 2 tracks are allowed by the plan."


def test_when_everything_is_excluded_it_says_what_to_do(
    practice: Practice, say: Callable[..., str]
) -> None:
    plan(practice, never=tuple(practice.tracks))
    with pytest.raises(CommandError, match=r"excludes all 12 tracks of the catalogue\. Loosen it"):
        say()


def test_a_clinic_without_described_tracks_is_not_blamed_on_the_plan(
    practice: Practice, say: Callable[..., str]
) -> None:
    bare = CatalogueFactory()
    TrackFactory(catalogue=bare)  # nobody measured it
    practice.clinic.catalogues.set([bare])
    with pytest.raises(CommandError, match=r"No track of .* is described in small-1"):
        say()


# Minutes


def test_as_many_tracks_are_played_as_fill_the_minutes(practice: Practice, ask: Ask) -> None:
    """Every track lasts 200 seconds."""
    plan(practice)
    for minutes, tracks in (("3", 1), ("6.5", 2), ("7", 3), ("20", 6)):
        answer = ask("--minutes", minutes)
        assert len(answer["tracks"]) == tracks
        assert answer["minutes"] >= float(minutes)
        assert answer["note"] == ""


def test_more_minutes_than_the_catalogue_has_are_noted(practice: Practice, ask: Ask) -> None:
    plan(practice)
    answer = ask("--minutes", "90")
    assert len(answer["tracks"]) == 8
    assert (
        "The longest playlist, 8 tracks, lasts 26.7 minutes here, less than the 90 asked for"
        in (answer["note"])
    )


@pytest.mark.parametrize("minutes", ["0", "-5", "nan", "inf", "241"])
def test_impossible_minutes_are_refused(say: Callable[..., str], minutes: str) -> None:
    with pytest.raises(CommandError, match="must be above 0 and at most 240"):
        say("--minutes", minutes)


# What happened before


def test_what_was_heard_lately_tires(practice: Practice, ask: Ask) -> None:
    plan(practice, track_count=3, never=tuple(practice.tracks[3:]))
    played, rated, rested = practice.tracks[:3]
    now = timezone.now()
    log = PlaylistLogFactory(patient=practice.patient, made_at=now)
    PlaylistEntryFactory(playlist=log, track=played)
    TrackRatingFactory(patient=practice.patient, track=rated, rated_at=now - timedelta(days=3))
    other = PatientFactory(clinic=practice.clinic)
    TrackRatingFactory(patient=other, track=rested, rated_at=now)
    tracks = {track["track"]: track for track in ask()["tracks"]}
    fatigue = [tracks[str(track.id)]["terms"]["fatigue"] for track in (played, rated, rested)]
    assert fatigue == pytest.approx([-0.3, -0.3 * 0.3679, 0.0], abs=1e-3)
    assert "although heard lately" in tracks[str(played.id)]["reason"]
    assert "although heard lately" not in tracks[str(rested.id)]["reason"]


def test_what_is_well_known_is_said(practice: Practice, ask: Ask) -> None:
    plan(practice, track_count=3, never=tuple(practice.tracks[3:]))
    known, strange, unasked = practice.tracks[:3]
    long_ago = timezone.now() - timedelta(days=100)
    for track, familiarity in ((known, 1), (known, 5), (strange, 1), (unasked, None)):
        long_ago += timedelta(days=1)  # the newest answer counts
        TrackRatingFactory(
            patient=practice.patient, track=track, familiarity=familiarity, rated_at=long_ago
        )
    tracks = {track["track"]: track for track in ask()["tracks"]}
    terms = [tracks[str(track.id)]["terms"]["familiarity"] for track in (known, strange, unasked)]
    assert terms == pytest.approx([0.1, 0.0, 0.0], abs=1e-6)
    assert "well known" in tracks[str(known.id)]["reason"]


@pytest.mark.parametrize(("term", "said"), [(0.0, False), (0.04, False), (0.06, True)])
def test_what_is_played_to_learn_is_said_to_be(term: float, said: bool) -> None:
    """Where a package weighs exploration; as delivered it does not."""
    middle = (0.0, 0.0)
    terms = dict.fromkeys(TERMS, 0.0) | {"exploration": term}
    choice = Choice(0, middle, middle, middle, -1.0, terms, liking=None)
    words = "less known: the model wants to learn whether it suits"
    assert (words in reason_for(choice, first=True)) is said


# What is refused


@pytest.mark.parametrize("mood", [("1.5", "0"), ("0", "-1.01"), ("nan", "0"), ("0", "inf")])
def test_a_mood_off_the_scale_is_refused(say: Callable[..., str], mood: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=r"--mood: .* is outside −1\.\.1"):
        say(mood=mood)
    with pytest.raises(CommandError, match=r"--target: .* is outside −1\.\.1"):
        say("--target", *mood)


def test_an_unknown_patient_is_named_with_those_there_are(practice: Practice) -> None:
    with pytest.raises(CommandError, match=r"no patient 'P-9'.*practice/P-1"):
        call_command("playlist", "--patient", "P-9", "--mood", "0", "0")


def test_before_the_first_package_it_says_what_makes_one(practice: Practice) -> None:
    with pytest.raises(CommandError, match=r"P-1 has no published model yet.*manage.py export"):
        call_command("playlist", "--patient", "P-1", "--mood", "0", "0")


def test_a_package_for_another_schema_is_not_misread(
    practice: Practice, say: Callable[..., str]
) -> None:
    practice.clinic.feature_schema = FeatureSchemaFactory(name="other")
    practice.clinic.save()
    with pytest.raises(CommandError, match=r"reads schema small-1; .* is in other-1"):
        say()


def test_a_damaged_bundle_is_refused_in_words(practice: Practice, say: Callable[..., str]) -> None:
    path = Path(practice.base.bundles.get(kind="onnx").file.path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CommandError, match="This is not a bundle for ONNX Runtime"):
        say()


# Alone


ALONE = """
import sys
import manage
sys.argv = ["manage.py", "playlist", "--patient", "P-1", "--mood", "-0.5", "0.6", "--json"]
manage.main()
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.django_db(transaction=True)
def test_the_command_does_without_pytorch(
    base: Base, graphs: Graphs, files_of_this_test: None, quickly_measured: None
) -> None:
    """In a process of its own, on the database and the files of this test."""
    practice = open_practice(base)
    keep(graphs, practice)
    adapt(practice.patient)
    export(practice.patient)
    connection.close()
    environment = os.environ | {
        "ATTUNE_VAR": str(Path(settings.MEDIA_ROOT).parent),
        "ATTUNE_DATABASE_URL": address_of_test_database(),
    }
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["tracks"]) == 5
    loaded = set(done.stderr.splitlines()[-1].split())
    assert {"django", "onnxruntime"} <= loaded
    assert not loaded & {"torch", "coremltools", "librosa"}


def address_of_test_database() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", os.environ["ATTUNE_DATABASE_URL"], count=1)
