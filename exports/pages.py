"""What this app adds to a patient's page: the model that the phone is to have."""

from typing import Any

from adaptation.asking import clinic_export_key, patient_export_key
from adaptation.selectors import newest_model
from exports import selectors
from exports.models import ModelPackage
from exports.packages_page import DOWNLOADS, parity_of
from exports.refusals import refusals_in_words
from therapy.models import Patient
from therapy.pages.work import WorkInWords, in_words, latest_jobs
from therapy.people.selectors import ended_care
from worker.models import Job

REFUSALS_SHOWN = 5


class PackagesPanel:
    """The newest record, whether it is held or one is being made, and what phones refused."""

    title = "Model on the phone"
    template_name = "exports/patient_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        job = _latest_job(patient)
        newest = newest_model(patient)
        record = selectors.newest_package(patient, ModelPackage.Kind.RECORD)
        return {
            "record": record,
            "newest_version": newest.version if newest is not None else None,
            "hold": selectors.standing_hold(patient),
            "ended": ended_care().filter(patient=patient).first(),
            "parity": parity_of(record) if record is not None else (),
            "downloads": DOWNLOADS,
            "refusals": refusals_in_words(patient, REFUSALS_SHOWN),
            "work": _export(job) if job is not None else None,
        }


def _latest_job(patient: Patient) -> Job | None:
    """That delivers the patient's model: one of their own, or, while they wait, their clinic's."""
    keys = [patient_export_key(patient.id)]
    if selectors.due(patient.clinic).filter(id=patient.id).exists():
        keys.append(clinic_export_key(patient.clinic_id))
    return max(latest_jobs(keys).values(), key=lambda job: job.created_at, default=None)


def _export(job: Job) -> WorkInWords:
    return in_words(
        job,
        what="export",
        after_failure="The next adaptation asks for it again, or manage.py export does it at once.",
    )
