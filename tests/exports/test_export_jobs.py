"""Publishing as the worker does it."""

import re

import pytest

import worker.tasks
from adaptation.learning.bases import Base
from exports import keyring
from exports.models import ModelPackage
from exports.renewing import ask_for_renewals
from tests.exports.conftest import adapt, export, keep, published
from tests.exports.tampering import FIGURE, tamper, with_another_bias
from tests.factories import PatientFactory
from tests.practice import open_practice
from tests.threads import at_once
from tests.trained import Graphs
from worker.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quickly_measured")]


@pytest.mark.django_db(transaction=True)
def test_as_a_job_a_refusal_is_final_and_told_on_the_job(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    tamper(practice.base, with_another_bias(graphs["playlist", "onnx"], by=0.5))
    adapt(practice.patient)
    job = Job.objects.get(kind="export_patient")
    worker.tasks.export_patient(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert re.search(rf"self-contained onnx file of small 1 {FIGURE}", job.error)
    assert not ModelPackage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_as_a_job_a_rating_becomes_a_record(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    practice.sit((practice.tracks[0], 5))
    adapt(practice.patient)
    job = Job.objects.get(kind="export_patient")
    worker.tasks.export_patient(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error, job.progress) == (Job.State.SUCCEEDED, "", 1.0)
    assert ModelPackage.objects.filter(patient=practice.patient).count() == 3


@pytest.mark.django_db(transaction=True)
def test_as_a_job_a_whole_clinic_is_published(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    patients = [practice.patient, PatientFactory(clinic=practice.clinic)]
    for patient in patients:
        adapt(patient)
    ask_for_renewals()
    job = Job.objects.get(kind="export_clinic")
    worker.tasks.export_clinic(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
    assert all(set(published(patient)) == {"record", "onnx", "coreml"} for patient in patients)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_publish_one_version(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    keyring.create()
    adapt(practice.patient)
    outcomes = at_once(*[lambda: export(practice.patient)] * 2)
    assert outcomes == [None, None]
    assert sorted(ModelPackage.objects.values_list("kind", "version")) == [
        ("coreml", 1),
        ("onnx", 1),
        ("record", 1),
    ]
