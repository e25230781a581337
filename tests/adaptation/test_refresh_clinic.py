"""Refreshing a clinic after a new base: every patient, many a pass, in steps that are kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from adaptation import selectors
from adaptation.learning.bases import Base
from adaptation.models import BaseModel, PatientModel
from adaptation.refreshing import refresh_clinic
from adaptation.services import adapt_patient, adapted_vectors
from tests.factories import ClinicFactory, PatientFactory
from tests.practice import Practice, open_practice, release_small
from tests.threads import at_once, while_open
from therapy.models import Clinic, Patient, TrackFeatures
from therapy.people.services import record_consent
from worker import jobs
from worker.models import Job
from worker.tasks import refresh_clinic as refresh_task

pytestmark = pytest.mark.django_db

WEIGHTS = 0.5, 0.25, 0.0, 0.125, 0.75  # other than the small base's: another file, another digest


class Killed(BaseException):
    """What no work catches: the process is gone."""


def admit(practice: Practice, count: int) -> list[Patient]:
    """Patients of the practice who rated 0, 1, 2, … tracks, with moods around every second."""
    patients = [
        PatientFactory(clinic=practice.clinic, code=f"R-{number}") for number in range(count)
    ]
    for number, patient in enumerate(patients):
        rated = [
            (track, 1 + (number + at) % 5) for at, track in enumerate(practice.tracks[:number])
        ]
        moods: dict[str, Any] = {"before": (-0.3, 0.1 * number), "after": (0.2, 0.0)}
        practice.sit(*rated, patient=patient, **moods if number % 2 else {})
    return patients


def new_base(base: Base) -> BaseModel:
    release = release_small(replace(base, transition=WEIGHTS))
    Job.objects.exclude(kind="refresh_clinic").delete()
    return release


def refresh(clinic: Clinic, *, batch: int = 3) -> list[tuple[float, str]]:
    told: list[tuple[float, str]] = []
    refresh_clinic(clinic_id=clinic.id, report=lambda *step: told.append(step), batch=batch)
    return told


def adapt(patient: Patient) -> PatientModel:
    return adapt_patient(patient_id=patient.id, report=lambda share, note: None)


def bases_in_use(clinic: Clinic) -> dict[str, BaseModel | None]:
    """By the patients' codes."""
    models = {patient: selectors.newest_model(patient) for patient in clinic.patients.all()}
    return {patient.code: model.base if model else None for patient, model in models.items()}


def exported() -> list[str]:
    """The clinics whose exports are asked for."""
    return [
        job.arguments["clinic_id"]
        for job in Job.objects.filter(kind="export_clinic", state=Job.State.QUEUED)
    ]


# Who is left out


def test_who_took_back_the_consent_to_care_is_left_on_the_old_base(
    practice: Practice, base: Base
) -> None:
    patients = admit(practice, 3)
    refresh(practice.clinic)
    consent = {"scope": "care", "text_version": "1", "language": "en"}
    record_consent(patient=patients[1], given=False, **consent)
    new = new_base(base)
    refresh(practice.clinic)
    on_it = {code: one == new for code, one in bases_in_use(practice.clinic).items()}
    assert on_it == {"P-1": True, "R-0": True, "R-1": False, "R-2": True}


# Asking


def test_releasing_a_base_asks_once_for_every_clinic_of_its_schema(
    practice: Practice, base: Base
) -> None:
    other = ClinicFactory(feature_schema=practice.clinic.feature_schema)
    ClinicFactory()  # of another schema
    Job.objects.all().delete()
    admit(practice, 4)
    for _ in range(2):
        release_small(base)
    asked = Job.objects.exclude(kind="place_tracks")  # which is for all clinics together
    assert sorted((job.kind, job.key, job.arguments["clinic_id"]) for job in asked) == sorted(
        ("refresh_clinic", f"refresh_clinic:{clinic.id}", str(clinic.id))
        for clinic in (practice.clinic, other)
    )


def test_the_workers_task_refreshes_the_clinic_of_the_job(practice: Practice, base: Base) -> None:
    admit(practice, 2)
    release = new_base(base)
    job = Job.objects.get()
    refresh_task(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
    assert set(bases_in_use(practice.clinic).values()) == {release}


# The models


@pytest.mark.parametrize("batch", [1, 3, 256])
def test_each_patient_gets_the_model_that_adapting_one_gives(
    practice: Practice, base: Base, batch: int
) -> None:
    patients = [practice.patient, *admit(practice, 8)]
    before = {patient.id: adapt(patient) for patient in patients[:5]}
    release = new_base(base)
    refresh(practice.clinic, batch=batch)
    assert PatientModel.objects.count() == 5 + 9
    for patient in patients:
        model = selectors.newest_model(patient)
        assert model is not None
        support = selectors.support_of(patient, release)
        (alone,) = adapted_vectors(base, [support])
        np.testing.assert_allclose(
            selectors.vector_of(model), np.frombuffer(alone, "<f4"), rtol=1e-5, atol=1e-6
        )
        assert model.base == release
        assert model.version == (2 if patient.id in before else 1)
        assert model.support_count == len(support) == patient.track_ratings.count()
        assert adapt(patient) == model  # the same digest: nothing is left to do
    newest = selectors.newest_model(patients[-1])
    assert newest is not None
    first, last = patients[-1].mood_ratings.order_by("rated_at")
    assert (newest.oldest_rating_at, newest.newest_rating_at) == (first.rated_at, last.rated_at)


@pytest.mark.parametrize("batch", [1, 3, 256])
def test_one_export_is_asked_for_all_new_models_of_the_clinic(
    practice: Practice, base: Base, batch: int
) -> None:
    admit(practice, 4)
    new_base(base)
    refresh(practice.clinic, batch=batch)
    assert exported() == [str(practice.clinic.id)]
    assert set(Job.objects.values_list("kind", flat=True)) == {"refresh_clinic", "export_clinic"}
    assert PatientModel.objects.count() == 5


def test_nobody_of_another_clinic_is_touched(practice: Practice, base: Base) -> None:
    other = PatientFactory(clinic=ClinicFactory(feature_schema=practice.clinic.feature_schema))
    new_base(base)
    refresh(practice.clinic)
    assert not other.models.exists()
    assert practice.patient.models.exists()


def test_a_second_refresh_makes_nothing_and_new_ratings_are_not_its_business(
    practice: Practice, base: Base
) -> None:
    admit(practice, 4)
    new_base(base)
    refresh(practice.clinic)
    assert refresh(practice.clinic) == []
    practice.sit((practice.tracks[0], 5))
    refresh(practice.clinic)
    assert PatientModel.objects.count() == 5


def test_a_base_released_again_as_it_was_makes_no_new_models(
    practice: Practice, base: Base
) -> None:
    admit(practice, 3)
    refresh(practice.clinic)
    release_small(base)
    assert refresh(practice.clinic) == []
    assert PatientModel.objects.count() == 4


def test_the_ratings_of_a_batch_are_read_in_as_many_queries_as_one_patients(
    practice: Practice,
) -> None:

    def reads(batch: int) -> int:
        PatientModel.objects.all().delete()
        Job.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            refresh(practice.clinic, batch=batch)
        tables = ("trackrating", "moodrating", "trackfeatures", "patientmodel")
        return sum(any(f"_{table}" in q["sql"] for table in tables) for q in seen.captured_queries)

    one = reads(256)
    admit(practice, 6)
    assert reads(256) == one
    assert reads(1) > 5 * one


# Progress


def test_progress_is_told_after_each_batch_and_counts_those_who_were_there(
    practice: Practice, base: Base
) -> None:
    admit(practice, 6)
    release = new_base(base)
    adapt(practice.patient)
    assert bases_in_use(practice.clinic)["P-1"] == release
    assert refresh(practice.clinic, batch=4) == [
        (pytest.approx(5 / 7), "5 of 7 patients"),
        (1.0, "7 of 7 patients"),
    ]


@pytest.mark.django_db(transaction=True)
def test_progress_shows_to_others_while_the_refresh_runs(
    base: Base, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    admit(practice, 3)
    new_base(base)
    job = Job.objects.get()
    seen: list[tuple[float, str, int]] = []

    def look() -> None:
        row = Job.objects.get(id=job.id)
        seen.append((row.progress, row.note, PatientModel.objects.count()))

    def work(run: jobs.Run) -> None:
        def report(share: float, note: str) -> None:
            run.report(share, note)
            at_once(look)  # on a connection of its own, which sees what is committed

        refresh_clinic(clinic_id=practice.clinic.id, report=report, batch=2)

    jobs.run(str(job.id), work)
    assert seen == [(0.5, "2 of 4 patients", 2), (1.0, "4 of 4 patients", 4)]


# Broken data


def spoil(practice: Practice, values: Any) -> None:
    TrackFeatures.objects.filter(track=practice.tracks[0]).update(values=values)


@pytest.mark.parametrize(
    "values", [[1.0, 2.0], [1.0] * 6, [1.0, 2.0, None, 3.0, 4.0], ["loud"] * 5, {}], ids=str
)
def test_a_patient_whose_ratings_cannot_be_read_is_named_and_the_others_go_on(
    practice: Practice, base: Base, values: Any
) -> None:
    patients = admit(practice, 4)
    spoil(practice, values)  # whose first track rated
    practice.sit((practice.tracks[1], 5))
    release = new_base(base)
    job = Job.objects.get()
    refresh_task(str(job.id))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "3 of 5 patients were not adapted to the new base; all others were." in job.error
    named = "R-1: The features of 'Piece 0' under small-1 are not 5 finite numbers."
    assert named in job.error
    assert [patient.models.count() for patient in patients] == [1, 0, 0, 0]
    assert bases_in_use(practice.clinic)["P-1"] == release
    with pytest.raises(jobs.JobRefused, match=r"features of 'Piece 0'"):
        adapt(patients[1])


def test_once_the_data_are_mended_asking_again_finishes_the_rest(
    practice: Practice, base: Base
) -> None:
    admit(practice, 4)
    good = TrackFeatures.objects.get(track=practice.tracks[0]).values
    spoil(practice, [])
    release = new_base(base)
    with pytest.raises(jobs.JobRefused, match="3 of 5 patients"):
        refresh(practice.clinic, batch=2)
    spoil(practice, good)
    assert [share for share, _ in refresh(practice.clinic)] == [1.0]
    assert PatientModel.objects.count() == 5
    assert set(bases_in_use(practice.clinic).values()) == {release}


def test_only_the_first_problems_are_spelled_out(practice: Practice, base: Base) -> None:
    for number in range(25):
        patient = PatientFactory(clinic=practice.clinic, code=f"B-{number}")
        practice.sit((practice.tracks[0], 3), patient=patient)
    spoil(practice, [])
    new_base(base)
    with pytest.raises(jobs.JobRefused, match="And 5 more: see the log") as refused:
        refresh(practice.clinic)
    assert str(refused.value).count("Piece 0") == 20


def test_without_a_base_it_says_what_to_do() -> None:
    clinic = ClinicFactory()
    PatientFactory(clinic=clinic)
    with pytest.raises(jobs.JobRefused, match=r"No base reads the feature schema audio-1"):
        refresh(clinic)


# Killed


def killed_after(steps: int) -> Callable[[jobs.Run], Callable[[float, str], None]]:
    def reporting(run: jobs.Run) -> Callable[[float, str], None]:
        left = [steps]

        def report(share: float, note: str) -> None:
            run.report(share, note)
            left[0] -= 1
            if not left[0]:
                raise Killed

        return report

    return reporting


def run_with(
    job: Job, clinic: Clinic, reporting: Callable[[jobs.Run], Callable[[float, str], None]]
) -> None:
    jobs.run(
        str(job.id),
        lambda run: refresh_clinic(clinic_id=clinic.id, report=reporting(run), batch=2),
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_between_batches_leaves_them_done_and_the_next_goes_on(
    base: Base, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    admit(practice, 6)
    release = new_base(base)
    job = Job.objects.get()
    with pytest.raises(Killed):
        run_with(job, practice.clinic, killed_after(2))
    job.refresh_from_db()
    assert (job.state, job.note) == (Job.State.RUNNING, "4 of 7 patients")
    first = set(PatientModel.objects.values_list("id", flat=True))
    assert len(first) == 4
    assert exported() == [str(practice.clinic.id)]

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(id=job.id).update(lease_until=past)  # nobody renews it any more
    jobs.sweep()
    told: list[str] = []
    run_with(job, practice.clinic, lambda run: lambda share, note: told.append(note))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 2)
    assert told == ["6 of 7 patients", "7 of 7 patients"]
    assert set(bases_in_use(practice.clinic).values()) == {release}
    assert PatientModel.objects.count() == 7
    assert first < set(PatientModel.objects.values_list("id", flat=True))
    assert exported() == [str(practice.clinic.id)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_batch_is_kept_whole_or_not_at_all(
    base: Base, files_of_this_test: None, batch: int
) -> None:
    """Killed while it asks for the export of this batch, of two patients each."""
    practice = open_practice(base)
    admit(practice, 5)
    new_base(base)
    asked = 0

    def die(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal asked
        asked += "INSERT" in sql and "worker_job" in sql
        if asked == batch:
            raise Killed
        return execute(sql, *rest)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        refresh(practice.clinic, batch=2)
    assert PatientModel.objects.count() == 2 * (batch - 1)
    assert exported() == ([] if batch == 1 else [str(practice.clinic.id)])


# At the same time


@pytest.mark.django_db(transaction=True)
def test_a_rating_that_comes_during_a_refresh_is_in_the_model_that_stays(
    base: Base, files_of_this_test: None
) -> None:
    """The batch has read the ratings and is not committed; another is rated and adapted."""
    practice = open_practice(base)
    practice.sit((practice.tracks[0], 5))
    new_base(base)

    def rate_and_adapt() -> PatientModel:
        practice.sit((practice.tracks[1], 2))
        return adapt(practice.patient)

    _, adapted = while_open(lambda: refresh(practice.clinic), rate_and_adapt)
    assert (adapted.version, adapted.support_count) == (2, 2)
    assert selectors.newest_model(practice.patient) == adapted


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_waited_for_an_adaptation_does_not_undo_it(
    base: Base, files_of_this_test: None
) -> None:
    """The refresh knew this patient to be behind; the adaptation that it waits for reads a newer
    rating and is first."""
    practice = open_practice(base)
    practice.sit((practice.tracks[0], 5))
    release = new_base(base)

    def rate_and_adapt() -> PatientModel:
        practice.sit((practice.tracks[1], 2))
        return adapt(practice.patient)

    adapted, _ = while_open(rate_and_adapt, lambda: refresh(practice.clinic))
    newest = selectors.newest_model(practice.patient)
    assert newest == adapted
    assert (newest.base, newest.version, newest.support_count) == (release, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_adaptations_at_the_moment_of_a_refresh_count_versions_once(
    base: Base, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    patients = admit(practice, 6)
    for patient in patients:
        adapt(patient)
    release = new_base(base)
    outcomes = at_once(
        lambda: refresh(practice.clinic, batch=2),
        *[lambda patient=patient: adapt(patient) for patient in patients],
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    for patient in patients:
        assert [model.version for model in patient.models.order_by("version")] == [1, 2]
    assert set(bases_in_use(practice.clinic).values()) == {release}


@pytest.mark.django_db(transaction=True)
def test_a_base_that_is_released_during_a_refresh_is_used_from_the_next_batch_on(
    base: Base, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    admit(practice, 3)
    middle = new_base(base)
    newer: list[BaseModel] = []

    def release_another(share: float, note: str) -> None:
        if not newer:
            newer.append(release_small(replace(base, transition=(0.0,) * 5)))

    refresh_clinic(clinic_id=practice.clinic.id, report=release_another, batch=2)
    used = list(bases_in_use(practice.clinic).values())
    assert used.count(middle) == 2
    assert used.count(newer[0]) == 2
    refresh(practice.clinic)  # the job that the newer base asked for
    assert set(bases_in_use(practice.clinic).values()) == {newer[0]}
