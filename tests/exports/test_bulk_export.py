"""Publishing for a whole clinic, batch after batch."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from adaptation.models import PatientModel
from exports import keyring, releasing, selectors, services
from exports.models import ModelPackage
from exports.renewing import ask_for_renewals
from exports.signing.payloads import delivered
from tests.practice import Practice
from therapy.models import Patient
from therapy.people.services import record_consent
from worker.jobs import JobRefused
from worker.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quickly_measured")]


def crowd(practice: Practice, base: Any, count: int, first: int = 0) -> list[Patient]:
    """Patients of the practice who have a model each, that of a person who rated nothing."""
    patients = Patient.objects.bulk_create(
        Patient(clinic=practice.clinic, code=f"C-{first + number}") for number in range(count)
    )
    vector = base.learner.prior().numpy().astype("<f4").tobytes()
    PatientModel.objects.bulk_create(
        PatientModel(
            patient=patient,
            base=practice.base,
            version=1,
            vector=vector,
            support_digest="0" * 64,
            support_count=0,
        )
        for patient in patients
    )
    return patients


def publish(practice: Practice, batch: int) -> list[tuple[float, str]]:
    told: list[tuple[float, str]] = []
    services.publish_clinic(
        clinic_id=practice.clinic.id, report=lambda *step: told.append(step), batch=batch
    )
    return told


def test_all_who_are_due_are_published_and_progress_is_told(practice: Practice, base: Any) -> None:
    patients = crowd(practice, base, 5)
    releasing.release(practice.base, lambda share, note: None)
    assert publish(practice, batch=2) == [
        (0.4, "2 of 5 patients"),
        (0.8, "4 of 5 patients"),
        (1.0, "5 of 5 patients"),
    ]
    assert ModelPackage.objects.count() == 3 * len(patients)
    assert not selectors.due(practice.clinic).exists()
    assert publish(practice, batch=2) == []
    assert ModelPackage.objects.count() == 3 * len(patients)


def test_who_was_published_before_a_break_is_not_published_again(
    practice: Practice, base: Any
) -> None:
    crowd(practice, base, 6)
    releasing.release(practice.base, lambda share, note: None)

    def break_off(share: float, note: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.publish_clinic(clinic_id=practice.clinic.id, report=break_off, batch=2)
    assert ModelPackage.objects.count() == 6
    assert [note for _, note in publish(practice, batch=2)] == [
        "2 of 4 patients",
        "4 of 4 patients",
    ]
    assert set(ModelPackage.objects.values_list("version", flat=True)) == {1}


def test_a_batch_in_which_something_breaks_is_not_published_at_all(
    practice: Practice, base: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(practice, base, 4)
    made = services._packages
    calls: list[int] = []

    def breaking(*arguments: Any, **options: Any) -> list[ModelPackage]:
        calls.append(1)
        if len(calls) == 4:
            raise OSError("the disk is full")
        return made(*arguments, **options)

    monkeypatch.setattr(services, "_packages", breaking)
    with pytest.raises(OSError, match="disk is full"):
        publish(practice, batch=2)
    assert ModelPackage.objects.count() == 3 * 2


def test_damaged_vectors_are_named_and_all_others_published(practice: Practice, base: Any) -> None:
    patients = crowd(practice, base, 4)
    size = practice.base.vector_size
    broken = {0: np.full(size, np.nan, "<f4"), 2: np.zeros(3, "<f4")}
    for number, vector in broken.items():
        PatientModel.objects.filter(patient=patients[number]).update(vector=vector.tobytes())
    with pytest.raises(JobRefused) as refused:
        publish(practice, batch=10)
    said = str(refused.value)
    assert said.startswith("2 of 4 patients got no new model.")
    assert f"{size} of {size} numbers are not finite" in said
    assert f"it has 3 numbers, not {size}" in said
    assert "Adapt the patient again" in said
    published = set(ModelPackage.objects.values_list("patient__code", flat=True))
    assert published == {patients[1].code, patients[3].code}


def test_who_ended_care_is_left_out(practice: Practice, base: Any) -> None:
    patients = crowd(practice, base, 2)
    record_consent(patient=patients[0], scope="care", given=False, text_version="1", language="en")
    publish(practice, batch=10)
    assert set(ModelPackage.objects.values_list("patient", flat=True)) == {patients[1].id}


def test_queries_and_memory_do_not_grow_with_the_patients(practice: Practice, base: Any) -> None:
    """But for those of a batch: what one batch needs, the next one has back."""

    def needed(batches: int) -> tuple[int, int]:
        crowd(practice, base, 40 * batches, first=ModelPackage.objects.count())
        tracemalloc.start()
        with CaptureQueriesContext(connection) as queries:
            publish(practice, batch=40)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        connection.queries_log.clear()
        return len(queries), peak

    needed(1)  # releases the base, and loads what is loaded once
    few, little = needed(1)
    many, much = needed(5)
    assert many <= 5 * few
    assert much < 2 * little


# Renewing


def test_what_runs_out_in_half_its_life_or_less_is_signed_again(
    practice: Practice, base: Any
) -> None:
    (patient,) = crowd(practice, base, 1)
    publish(practice, batch=10)
    half = keyring.lifetime() / 2
    records = ModelPackage.objects.filter(kind="record")
    records.update(expires_at=timezone.now() + half * 1.01)
    assert not selectors.due(practice.clinic).exists()
    records.update(expires_at=timezone.now() + half * 0.99)
    assert list(selectors.due(practice.clinic)) == [patient]
    ask_for_renewals()
    assert Job.objects.get(kind="export_clinic").arguments == {"clinic_id": str(practice.clinic.id)}
    publish(practice, batch=10)
    first, second = records.order_by("version")
    assert (second.version, second.patient_model) == (2, first.patient_model)
    assert second.expires_at > timezone.now() + half * 1.9


def test_where_nothing_runs_out_nothing_is_asked_for(practice: Practice, base: Any) -> None:
    crowd(practice, base, 1)
    publish(practice, batch=10)
    Job.objects.all().delete()
    ask_for_renewals()
    assert not Job.objects.exists()


def test_what_a_retired_key_signed_is_signed_again(practice: Practice, base: Any) -> None:
    (patient,) = crowd(practice, base, 1)
    publish(practice, batch=10)
    keyring.create()
    assert list(selectors.due(practice.clinic)) == [patient]


def test_the_delivered_vector_is_the_model_s_own_in_16_bits(practice: Practice, base: Any) -> None:
    (patient,) = crowd(practice, base, 1)
    publish(practice, batch=10)
    record = selectors.newest_package(patient, "record")
    assert record is not None
    content = selectors.content_of(record)
    assert content.vector == delivered(base.learner.prior().numpy())
    assert content.model == patient.models.get().id.bytes
    assert content.base.hex() == practice.base.weights_sha256
