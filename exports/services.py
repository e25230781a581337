"""Writing what is delivered to patients: their signed models.

A patient's model is a vector. Everything else was made and measured when the base was released
(exports/releasing.py), so a package is bytes put in place and signed. All of a batch is published
in one transaction, or none of it.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from adaptation.loading import loaded
from adaptation.models import PatientModel
from adaptation.selectors import vector_of
from exports import files, keyring, parity, releasing, selectors
from exports.graphs import playlist_graph
from exports.keyring import Signer, seconds
from exports.kinds import FILES
from exports.models import ModelPackage
from exports.selectors import Served
from exports.signing.payloads import FileStatement, PatientRecord, delivered
from therapy.audit.writing import note_created
from therapy.models import Clinic, Patient
from worker.jobs import JobRefused
from worker.running import ReportShare

log = logging.getLogger(__name__)


BATCH = 500  # patients
RELEASING = 0.5  # of the progress, where a base has to be released first: half a minute
MEASURED = 5  # cases beside PyTorch, of the first patient in every batch
NAMED = 20  # patients whose problems an error spells out; the log has all


class Undeliverable(Exception):
    """A vector that is damaged; the text says how."""


def publish_patient(*, patient_id: UUID, report: ReportShare) -> None:
    """Publish the model that the patient is to have, unless they have it.

    Raises JobRefused when it cannot be signed or deviates from PyTorch; what was published before
    stays.
    """
    patient = Patient.objects.select_related("clinic").get(id=patient_id)
    _publish_all(patient.clinic, [patient_id], BATCH, report)


def publish_clinic(*, clinic_id: UUID, report: ReportShare, batch: int = BATCH) -> None:
    """Publish for every patient of the clinic who does not have the model that they are to have,
    `batch` at a time. `report` is called after each batch was committed; a worker that dies between
    two leaves the published ones, and the next attempt goes on with the others.

    Raises JobRefused, once all others are done, for patients whose vectors are damaged.
    """
    clinic = Clinic.objects.get(id=clinic_id)
    due = list(selectors.due(clinic).order_by("id").values_list("id", flat=True))
    _publish_all(clinic, due, batch, report)


def _publish_all(clinic: Clinic, due: Sequence[UUID], batch: int, report: ReportShare) -> None:
    new = [base for base in selectors.bases_served(due) if not selectors.is_released(base)]
    for base in new:
        releasing.release(base, lambda share, note: report(RELEASING * share, note))
    begun = RELEASING if new else 0.0
    problems: list[str] = []
    for start in range(0, len(due), batch):
        problems += _publish(clinic, due[start : start + batch])
        done = min(start + batch, len(due))
        report(begun + (1 - begun) * done / len(due), f"{done} of {len(due)} patients")
    if problems:
        named = " ".join(problems[:NAMED])
        more = f" And {len(problems) - NAMED} more: see the log." if len(problems) > NAMED else ""
        raise JobRefused(f"{len(problems)} of {len(due)} patients got no new model. {named}{more}")


@transaction.atomic
def _publish(clinic: Clinic, ids: Sequence[UUID]) -> list[str]:
    """Publish for those who are due still; what is wrong with those who cannot be.

    The patients' rows are locked before anything is read, so whoever comes second sees what the
    first one published, and versions rise.
    """
    locked = Patient.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    due = selectors.due(clinic).filter(id__in=[patient.id for patient in locked])
    served = selectors.served_models(due.values_list("id", flat=True))
    versions = selectors.newest_versions(served)
    signer, now = keyring.signer(), timezone.now().replace(microsecond=0)
    packages: list[ModelPackage] = []
    problems = []
    bases = {one.model.base for one in served.values()}
    released = {base for base in bases if selectors.is_released(base)}
    for patient, one in served.items():
        if one.model.base not in released:
            continue  # adapted to a newer base since: that asked for an export of its own
        try:
            packages += _packages(
                one, versions.get(patient, 0) + 1, signer, now, measure=not packages
            )
        except Undeliverable as problem:
            log.warning("The model of patient %s was not published: %s", patient, problem)
            problems.append(f"{one.model}: {problem}. Adapt the patient again.")
    ModelPackage.objects.bulk_create(packages)
    note_created(packages)
    return problems


def _packages(
    served: Served, version: int, signer: Signer, now: datetime, *, measure: bool
) -> list[ModelPackage]:
    """The rows of one version. Raises Undeliverable."""
    model, expires = served.model, now + keyring.lifetime()
    record = PatientRecord(
        model=model.id.bytes,
        version=version,
        base=bytes.fromhex(model.base.weights_sha256),
        vector=_delivered(model),
        created=seconds(now),
        expires=seconds(expires),
        learns=not served.held,
        patient=model.patient_id.bytes,
    )
    signed = signer.key.sign(record)
    packages = [
        ModelPackage(
            kind=ModelPackage.Kind.RECORD,
            bytes=len(signed),
            sha256=hashlib.sha256(signed).hexdigest(),
            signed=signed,
        )
    ]
    for kind in FILES:
        file = files.self_contained(model.base, kind, record)
        said = _said_of(file, kind, record)
        packages.append(
            ModelPackage(
                kind=kind,
                bytes=said.size,
                sha256=said.sha256.hex(),
                signed=signer.key.sign(said),
                parity=_measured(served, kind, file, record) if measure else {},
            )
        )
    for package in packages:
        package.patient_id, package.patient_model = model.patient_id, model
        package.version, package.learns, package.key = version, not served.held, signer.row
        package.created_at, package.expires_at = now, expires
    return packages


def _delivered(model: PatientModel) -> bytes:
    vector = vector_of(model)
    if len(vector) != model.base.vector_size:
        raise Undeliverable(f"it has {len(vector)} numbers, not {model.base.vector_size}")
    try:
        return delivered(vector)
    except ValueError as problem:
        raise Undeliverable(str(problem)) from problem


def _said_of(file: bytes, kind: str, record: PatientRecord) -> FileStatement:
    return FileStatement(
        model=record.model,
        version=record.version,
        base=record.base,
        kind=str(kind),
        sha256=hashlib.sha256(file).digest(),
        size=len(file),
        created=record.created,
        expires=record.expires,
        patient=record.patient,
    )


def _measured(served: Served, kind: str, file: bytes, record: PatientRecord) -> dict[str, float]:
    spec = playlist_graph(loaded(served.model.base))
    cases = parity.random_cases(spec, MEASURED, seed=record.version, vector=record.numbers)
    what = f"The {kind} file of {served.model}"
    return releasing.measured_file(kind, file, spec, cases, what=what).as_json()
