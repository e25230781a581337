"""Bringing a clinic onto a new base: many patients a pass, in steps that are kept.

Each batch is one transaction. A worker that dies between two of them leaves its patients on the new
base, and the next attempt goes on with those who are not there yet.
"""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from adaptation import selectors
from adaptation.asking import ask_for_exports
from adaptation.learning.support import Support
from adaptation.loading import loaded
from adaptation.models import BaseModel, PatientModel
from adaptation.services import adapted_vectors, base_for
from adaptation.supports import Unreadable, supports_of
from therapy.audit.writing import note_created
from therapy.models import Clinic, Patient
from worker.jobs import JobRefused
from worker.running import ReportShare

log = logging.getLogger(__name__)

BATCH = 256  # patients
NAMED = 20  # patients whose problems a job's error spells out; the log has all


def refresh_clinic(*, clinic_id: UUID, report: ReportShare, batch: int = BATCH) -> None:
    """Adapt the newest base to every patient of the clinic who is not on it yet, `batch` at a time,
    and ask for their exports. `report` is called after each batch was committed.

    Raises JobRefused when no base reads the clinic's feature schema and, once all others are done,
    for patients whose ratings cannot be read: they keep the model that they have.
    """
    clinic = Clinic.objects.select_related("feature_schema").get(id=clinic_id)
    behind = list(selectors.patients_behind(clinic, base_for(clinic)).values_list("id", flat=True))
    total = clinic.patients.count()
    problems: list[str] = []
    for start in range(0, len(behind), batch):
        problems += _refresh(clinic, behind[start : start + batch])
        done = total - max(len(behind) - start - batch, 0)
        report(done / total, f"{done} of {total} patients")
    if problems:
        raise JobRefused(_in_words(problems, total))


@transaction.atomic
def _refresh(clinic: Clinic, ids: Sequence[UUID]) -> list[str]:
    """Adapt these patients; what is wrong with those who cannot be.

    Their rows are locked before anything is read, as `services.adapt_patient` does, so whoever
    comes second reads at least the ratings and the version of whoever came first. The base is read
    behind the lock too: a newer one may have been released since the refresh began.
    """
    patients = {
        patient.id: patient
        for patient in Patient.objects.select_for_update(no_key=True)
        .filter(id__in=ids)
        .order_by("id")
    }
    base = base_for(clinic)
    supports: dict[UUID, Support] = {}
    problems: list[str] = []
    for patient, read in supports_of(patients.keys(), base.schema).items():
        if isinstance(read, Unreadable):
            problems.append(f"{patients[patient]}: {read}")
            log.warning("Patient %s was not adapted to base %s: %s", patient, base, read)
        else:
            supports[patient] = read
    _make_models(base, supports)
    ask_for_exports(clinic)
    return problems


def _make_models(base: BaseModel, supports: dict[UUID, Support]) -> None:
    """Each patient's next model, on this base; none where the newest was made of the same base and
    ratings."""
    newest = selectors.newest_models_of(supports.keys())
    digests = {patient: selectors.digest_of(base, read) for patient, read in supports.items()}
    changed = [
        patient
        for patient in supports
        if patient not in newest or newest[patient].support_digest != digests[patient]
    ]
    vectors = adapted_vectors(loaded(base), [supports[patient] for patient in changed])
    spans = selectors.rating_spans(changed)
    made = PatientModel.objects.bulk_create(
        PatientModel(
            patient_id=patient,
            base=base,
            version=newest[patient].version + 1 if patient in newest else 1,
            vector=vector,
            support_digest=digests[patient],
            support_count=len(supports[patient]),
            oldest_rating_at=spans[patient].oldest,
            newest_rating_at=spans[patient].newest,
        )
        for patient, vector in zip(changed, vectors, strict=True)
    )
    note_created(made)


def _in_words(problems: list[str], total: int) -> str:
    named = " ".join(problems[:NAMED])
    more = f" And {len(problems) - NAMED} more: see the log." if len(problems) > NAMED else ""
    return (
        f"{len(problems)} of {total} patients were not adapted to the new base; all others were. "
        f"{named}{more}"
    )
