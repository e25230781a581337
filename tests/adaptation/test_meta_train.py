"""`manage.py meta_train`: a base from simulated or from published listeners, released with what
was measured."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from adaptation import schemas
from adaptation.loading import loaded
from adaptation.models import BaseModel
from adaptation.services import store_schema
from tests.adaptation.learning.datasets.small_situnes import write
from tests.factories import CatalogueFactory, TrackFactory, TrackFeaturesFactory
from tests.needs import data_folder
from tests.trained import SCHEMA, some_tracks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]

QUICK = {"listeners": 10}


@pytest.fixture(autouse=True)
def small_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command knows the schema of the tests."""
    monkeypatch.setitem(schemas.SCHEMAS, SCHEMA.label, SCHEMA)


def tracks(count: int) -> None:
    catalogue, schema = CatalogueFactory(), store_schema(SCHEMA)
    for values in some_tracks(count, seed=2).tolist():
        TrackFeaturesFactory(track=TrackFactory(catalogue=catalogue), schema=schema, values=values)


def train(capsys: pytest.CaptureFixture[str], **options: object) -> str:
    call_command("meta_train", **{"schema": SCHEMA.label, **QUICK, **options})
    return capsys.readouterr().out


def test_a_base_of_simulated_listeners_says_so_everywhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tracks(12)
    said = train(capsys, seed=5)
    assert "Training on 10 simulated listeners, schema small-1." in said
    assert "Released base small 1, trained on 10 simulated listeners." in said
    assert "on simulated listeners that training never met: adapted / offset only" in said
    base = BaseModel.objects.get()
    assert (base.name, base.version, base.seed) == ("small", 1, 5)
    assert base.simulated
    assert base.trained_on == "10 simulated listeners"
    assert str(base.schema) == SCHEMA.label
    assert base.metrics["listeners"] == {"trained": 8, "held_out": 2}
    rows = base.metrics["few_shot"]
    assert [row["shots"] for row in rows] == [0, 1, 3, 5, 10]
    for row in rows:
        cells = [f"{row[how]['liking']:.3f}" for how in ("adapted", "offset_only")]
        assert " / ".join(cells) in said
        assert all(
            0 < error < 2 for how in ("adapted", "offset_only") for error in row[how].values()
        )


def test_the_released_base_reads_the_tracks_it_was_trained_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tracks(12)
    train(capsys)
    base = loaded(BaseModel.objects.get())
    assert base.schema == SCHEMA.label
    assert base.transition == SCHEMA.weights("transition")
    seen = np.asarray(base.learner.centre)
    np.testing.assert_allclose(seen, some_tracks(12, seed=2).mean(0), rtol=0.5)


def test_the_same_seed_trains_the_same_base_and_another_seed_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tracks(12)
    for seed in (1, 1, 2):
        train(capsys, seed=seed, name="mine")
    first, same, other = BaseModel.objects.order_by("version")
    assert [base.version for base in (first, same, other)] == [1, 2, 3]
    assert first.weights_sha256 == same.weights_sha256 != other.weights_sha256


def test_too_few_tracks_are_refused_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    tracks(9)
    with pytest.raises(CommandError, match=r"9 tracks have features under small-1.*at least 10"):
        train(capsys)
    assert not BaseModel.objects.exists()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_listeners_are_refused(capsys: pytest.CaptureFixture[str], count: int) -> None:
    tracks(10)
    with pytest.raises(CommandError, match=f"at least 3 listeners.* there are {count}"):
        train(capsys, listeners=count)


def test_a_negative_seed_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    tracks(10)
    with pytest.raises(CommandError, match="non-negative"):
        train(capsys, seed=-1)


def test_a_folder_that_is_not_the_data_set_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"music_info_withname.csv is missing"):
        train(capsys, situnes=tmp_path)


def test_too_few_listeners_of_a_data_set_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"at least 3 listeners.* there are 2"):
        train(capsys, situnes=write(tmp_path))
    assert not BaseModel.objects.exists()


def test_a_base_of_published_listeners_is_not_called_simulated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = train(capsys, situnes=data_folder() / "situnes")
    assert "Training on 30 listeners of SiTunes (research data, no licence stated)" in said
    assert "simulated" not in said
    base = BaseModel.objects.get()
    assert not base.simulated
    assert (base.name, str(base.schema)) == ("situnes", "situnes-1")
    assert base.metrics["listeners"] == {"trained": 24, "held_out": 6}
