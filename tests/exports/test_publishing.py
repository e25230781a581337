"""Publishing: each patient's model signed once, beside what was there before."""

import hashlib

import numpy as np
import pytest
from django.utils import timezone

from adaptation.selectors import vector_of
from exports import files, keyring, selectors, services
from exports.models import ModelPackage
from exports.services import publish_clinic
from exports.signing import cose
from exports.signing.payloads import FileStatement, PatientRecord
from tests.exports.conftest import Publish, adapt, export, published
from tests.exports.tampering import spoil
from tests.factories import PatientFactory
from tests.practice import Practice
from therapy.models import Patient
from worker.jobs import JobRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quickly_measured")]


def publish_all(practice: Practice, *, batch: int = 500) -> None:
    publish_clinic(clinic_id=practice.clinic.id, report=lambda share, note: None, batch=batch)


def test_a_record_and_two_files_are_published_as_one_version(practice: Practice) -> None:
    practice.sit((practice.tracks[0], 5), before=(0, 0), after=(0.3, -0.1))
    model = adapt(practice.patient)
    export(practice.patient)
    packages = published(practice.patient)
    assert set(packages) == {"record", "onnx", "coreml"} == set(ModelPackage.Kind.values)
    for package in packages.values():
        assert (package.version, package.patient_model, package.learns) == (1, model, True)
        assert package.expires_at - package.created_at == keyring.lifetime()
    record = packages["record"]
    assert record.bytes == len(record.signed)
    assert record.sha256 == hashlib.sha256(record.signed).hexdigest()
    for kind in ("onnx", "coreml"):
        content = files.of_package(packages[kind])
        assert packages[kind].bytes == len(content)
        assert packages[kind].sha256 == hashlib.sha256(content).hexdigest()


def test_the_record_says_the_models_vector_in_half_the_bytes(publish: Publish) -> None:
    package = publish()
    model = package.patient_model
    signed = cose.verify(
        bytes(package.signed), PatientRecord.purpose, keyring.public_keys(timezone.now())
    )
    record = PatientRecord.decode(signed)
    assert (record.model, record.patient) == (model.id.bytes, model.patient_id.bytes)
    assert record.base == bytes.fromhex(model.base.weights_sha256)
    assert (record.version, record.learns) == (1, True)
    assert record.created == int(package.created_at.timestamp())
    assert record.expires == int(package.expires_at.timestamp())
    np.testing.assert_array_equal(record.numbers, vector_of(model).astype("<f2"))
    assert len(record.vector) * 2 == len(model.vector)


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_what_is_signed_of_a_file_is_what_the_file_is(
    practice: Practice, publish: Publish, kind: str
) -> None:
    record, package = selectors.content_of(publish()), published(practice.patient)[kind]
    content = files.of_package(package)
    signed = cose.verify(
        bytes(package.signed), FileStatement.purpose, keyring.public_keys(timezone.now())
    )
    said = FileStatement.decode(signed)
    assert (said.kind, said.size) == (kind, len(content))
    assert said.sha256 == hashlib.sha256(content).digest()
    for name in ("model", "version", "base", "created", "expires", "patient"):
        assert getattr(said, name) == getattr(record, name)


def test_the_files_are_measured_with_the_patients_own_vector(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MEASURED", 5)
    practice.sit((practice.tracks[0], 5))
    adapt(practice.patient)
    export(practice.patient)
    packages = published(practice.patient)
    assert packages["record"].parity == {}
    for kind in ("onnx", "coreml"):
        figures = packages[kind].parity
        assert figures["cases"] == figures["same_order"] == 5
        assert 0 <= figures["deviation"] <= figures["tolerance"]


def test_exporting_again_changes_nothing(practice: Practice, publish: Publish) -> None:
    publish()
    before = list(ModelPackage.objects.order_by("id").values())
    export(practice.patient)
    publish_all(practice)
    assert list(ModelPackage.objects.order_by("id").values()) == before
    assert len(before) == 3


def test_the_same_model_published_anew_is_the_same_files(
    practice: Practice, publish: Publish
) -> None:
    publish()
    first = {kind: package.sha256 for kind, package in published(practice.patient).items()}
    ModelPackage.objects.all().delete()
    export(practice.patient)
    again = published(practice.patient)
    assert {kind: again[kind].sha256 for kind in ("onnx", "coreml")} == {
        kind: first[kind] for kind in ("onnx", "coreml")
    }


def test_an_older_package_stays_when_a_newer_is_published(
    practice: Practice, publish: Publish
) -> None:
    old = publish()
    its_files = {
        kind: files.of_package(package)
        for kind, package in published(practice.patient).items()
        if kind != "record"
    }
    practice.sit((practice.tracks[0], 5))
    new = publish()
    assert (old.version, new.version) == (1, 2)
    assert old.sha256 != new.sha256
    kept = ModelPackage.objects.filter(patient=practice.patient, version=1)
    assert {package.kind for package in kept} == {"record", "onnx", "coreml"}
    assert kept.get(kind="record").signed == old.signed
    for kind, content in its_files.items():
        assert files.of_package(kept.get(kind=kind)) == content
        assert published(practice.patient)[kind].version == 2


def test_a_model_that_was_overtaken_is_not_published_any_more(practice: Practice) -> None:
    adapt(practice.patient)
    practice.sit((practice.tracks[0], 5))
    newest = adapt(practice.patient)
    export(practice.patient)
    assert set(ModelPackage.objects.values_list("version", "patient_model")) == {(1, newest.id)}
    assert newest.version == 2


def test_another_patients_newer_model_overtakes_nothing(practice: Practice) -> None:
    other = PatientFactory(clinic=practice.clinic)
    ours = adapt(practice.patient)
    adapt(other)
    practice.sit((practice.tracks[0], 5), patient=other)
    assert adapt(other).version > ours.version
    export(practice.patient)
    record = published(practice.patient)["record"]
    assert (record.version, record.patient_model) == (1, ours)
    assert published(other) == {}


def test_an_unknown_patient_is_an_error_and_not_a_silence(practice: Practice) -> None:
    with pytest.raises(Patient.DoesNotExist):
        export(Patient())


# A clinic


def test_the_first_files_of_every_batch_are_measured(practice: Practice) -> None:
    for patient in (practice.patient, *(PatientFactory(clinic=practice.clinic) for _ in range(3))):
        adapt(patient)
    publish_all(practice, batch=2)
    measured = [bool(package.parity) for package in ModelPackage.objects.filter(kind="coreml")]
    assert (len(measured), sum(measured)) == (4, 2)


def test_only_the_first_problems_are_spelled_out(practice: Practice) -> None:
    for number in range(25):
        spoil(adapt(PatientFactory(clinic=practice.clinic, code=f"B-{number}")), number=np.inf)
    with pytest.raises(JobRefused, match="And 5 more: see the log") as refused:
        publish_all(practice, batch=7)
    assert str(refused.value).count("not finite") == 20
