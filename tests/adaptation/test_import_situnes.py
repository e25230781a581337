"""`manage.py import_ratings --source situnes`: a clinic of research patients."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from numpy.typing import NDArray

from adaptation.imports import import_situnes
from adaptation.learning.datasets import situnes
from adaptation.learning.support import Support
from adaptation.models import BaseModel
from adaptation.selectors import support_of
from tests.adaptation.learning.datasets.small_situnes import FILES, write
from tests.needs import data_folder
from therapy.models import (
    Catalogue,
    Clinic,
    ListeningSession,
    MoodRating,
    Patient,
    Track,
    TrackFeatures,
    TrackRating,
)
from worker.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]

TABLES = (
    *(Catalogue, Clinic, ListeningSession, MoodRating, Patient, Track, TrackFeatures),
    *(TrackRating, Job),
)


def load(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("import_ratings", str(folder), source="situnes")
    return capsys.readouterr().out


def state() -> dict[str, list[str]]:
    """Every value of every row."""
    return {
        table.__name__: sorted(map(str, table._default_manager.values_list())) for table in TABLES
    }


def reading(patient: Patient) -> Support:
    """What an adaptation would read of the patient's ratings, by a base of the schema."""
    return support_of(patient, BaseModel(schema=patient.clinic.feature_schema))


def rows(support: Support) -> NDArray[np.float32]:
    """All columns of a support set, sorted: some logs of a listener have the same time."""
    table = np.hstack([support.features, support.mood, support.outcome, support.weight])
    ordered: NDArray[np.float32] = table[np.lexsort(table.T)]
    return ordered


def test_a_small_copy_becomes_a_clinic_and_a_second_run_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path)
    said = load(folder, capsys)
    assert "2 tracks, 2 listeners, 5 rated tracks, of which 5 are new." in said
    patients = Patient.objects.filter(clinic__slug="situnes")
    assert [(patient.code, patient.origin) for patient in patients] == [
        ("situnes-01", "research"),
        ("situnes-02", "research"),
    ]
    assert MoodRating.objects.count() == 5 + 3  # after every track, before those out of the lab
    assert ListeningSession.objects.count() == 5
    assert {job.kind for job in Job.objects.all()} == {"adapt_patient"}
    before = state()
    assert "of which 0 are new" in load(folder, capsys)
    assert state() == before


def test_what_an_adaptation_reads_is_the_data_sets_own_history(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(write(tmp_path), capsys)
    histories = situnes.histories(situnes.read(tmp_path))
    for listener, history in histories.items():
        read = reading(Patient.objects.get(code=f"situnes-0{listener}"))
        assert read.tracks == history.tracks
        for name in ("features", "mood", "outcome", "weight"):
            assert getattr(read, name) == pytest.approx(getattr(history, name), abs=1e-6), name


def test_what_is_said_in_one_log_keeps_its_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(write(tmp_path), capsys)
    for session in ListeningSession.objects.all():
        moods = {mood.phase: mood.rated_at for mood in session.mood_ratings.all()}
        (heard,) = (rating.rated_at for rating in session.track_ratings.all())
        assert moods["after"] == heard + timedelta(seconds=1)
        assert moods.get("before", session.started_at) == session.started_at < heard


def test_new_logs_are_added_to_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path)
    later = folder / FILES[4]
    whole = later.read_text().splitlines()
    later.write_text(whole[0] + "\n")
    load(folder, capsys)
    assert TrackRating.objects.count() == 4
    later.write_text("\n".join(whole) + "\n")
    assert "5 rated tracks, of which 1 are new" in load(folder, capsys)
    assert TrackRating.objects.count() == 5


def test_a_log_that_says_something_else_than_before_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path)
    load(folder, capsys)
    before = state()
    lab = folder / FILES[2]
    lab.write_text(lab.read_text().replace(",4,96.6", ",3,96.6"))
    with pytest.raises(CommandError, match=r"listener 1 .*liking: Stored as 4, sent as 3"):
        load(folder, capsys)
    assert state() == before


def test_a_rating_beyond_the_scale_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path)
    lab = folder / FILES[2]
    lab.write_text(lab.read_text().replace(",4,96.6", ",9,96.6"))
    with pytest.raises(CommandError, match=r"liking: Row .*: .*5"):
        load(folder, capsys)
    assert not TrackRating.objects.exists()


def test_an_import_that_breaks_off_leaves_no_half_listener(tmp_path: Path) -> None:
    folder = write(tmp_path)

    def power_cut(done: int, total: int, name: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        import_situnes(folder=folder, progress=power_cut)
    assert [patient.code for patient in Patient.objects.all()] == ["situnes-01"]
    assert TrackRating.objects.count() == 4  # all of the first listener's
    import_situnes(folder=folder, progress=lambda done, total, name: None)
    assert TrackRating.objects.count() == 5


def test_another_folder_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="Is this the folder of the SiTunes data set"):
        load(tmp_path, capsys)
    assert not Clinic.objects.exists()


def test_the_data_set_itself(capsys: pytest.CaptureFixture[str]) -> None:
    folder = data_folder() / "situnes"
    said = load(folder, capsys)
    assert "945 tracks, 30 listeners, 2006 rated tracks, of which 2006 are new." in said
    clinic = Clinic.objects.get(slug="situnes")
    assert str(clinic.feature_schema) == "situnes-1"
    assert Patient.objects.filter(clinic=clinic, origin="research").count() == 30
    assert Track.objects.filter(catalogue__clinics=clinic).count() == 945
    assert TrackFeatures.objects.filter(schema=clinic.feature_schema).count() == 945
    assert TrackRating.objects.count() == 2006
    assert MoodRating.objects.filter(phase="before").count() == 897 + 509
    assert MoodRating.objects.filter(phase="after").count() == 2006
    before = state()
    assert "of which 0 are new" in load(folder, capsys)
    assert state() == before
    histories = situnes.histories(situnes.read(folder))
    for listener in ("1", "17", "30"):
        read = reading(Patient.objects.get(code=f"situnes-{int(listener):02}"))
        assert rows(read) == pytest.approx(rows(histories[listener]), abs=1e-5), listener
