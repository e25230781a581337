"""What this app adds to the staff pages: a patient's model, and the work on it, in words."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from adaptation.models import BaseModel, PatientModel
from adaptation.selectors import newest_model, newest_models_of
from therapy.models import Patient, TrackFeatures, TrackRating
from therapy.pages.panels import Cell
from therapy.pages.work import WorkInWords, in_words, latest_jobs
from therapy.sessions.selectors import was_changed
from worker.models import Job

SHORTLY = {
    Job.State.QUEUED: "adaptation waiting",
    Job.State.RUNNING: "being adapted",
    Job.State.FAILED: "adaptation failed",
}


class ModelPanel:
    """The patient's model: what it is made from, and whether a newer one is on its way."""

    title = "Model"
    template_name = "adaptation/patient_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        model = newest_model(patient)
        rated = _ratings(patient).count()
        job = latest_jobs([adapt_key(patient.id)]).get(adapt_key(patient.id))
        readable = _readable(patient, model) if model is not None else rated
        return {
            "model": model,
            "rated": rated,
            "unreadable": rated - readable,
            "predictions": predictions_in_words(model.base) if model is not None else [],
            "waiting": max(readable - model.support_count, 0) if model is not None else rated,
            "work": _adaptation(job) if job is not None else None,
        }


class ModelColumn:
    """The list's column: version of the model, and what of the work on it needs to be known."""

    title = "Model"

    def cells(self, patients: Sequence[Patient]) -> Mapping[uuid.UUID, Cell]:
        ids = [patient.id for patient in patients]
        models = newest_models_of(ids)
        jobs = latest_jobs(adapt_key(patient) for patient in ids)
        return {
            patient: _cell(models.get(patient), jobs.get(adapt_key(patient))) for patient in ids
        }


@dataclass(frozen=True)
class PredictionInWords:
    """What the prediction of one outcome rests on, for people who read no statistics."""

    outcome: str
    rests_on: str
    abstains: bool
    begins: int  # the number of ratings from which on it moves; 0: none moves it


RESTS_ON = {
    "relation": "the patient's own ratings: which tracks, and how they rate",
    "offset": "the patient's own average; which tracks were rated is left out",
    "population": "what people in general answer; the patient's ratings are left out",
}


def predictions_in_words(base: BaseModel) -> list[PredictionInWords]:
    """How each outcome is predicted by this base, from the evidence that its release measured;
    empty for a base that measured none."""
    return [
        PredictionInWords(
            found["answer"],
            RESTS_ON[found["served"]],
            abstains=found["served"] != "relation",
            begins=found.get("begins", 1),
        )
        for found in base.metrics.get("evidence", [])
        if found["people"]
    ]


def adapt_key(patient_id: uuid.UUID) -> str:
    """The job key under which a patient's ratings ask for adaptation."""
    return f"adapt_patient:{patient_id}"


def _readable(patient: Patient, model: PatientModel) -> int:
    """How many of the patient's track ratings are of tracks that the model's base can read."""
    described = TrackFeatures.objects.filter(track=OuterRef("track"), schema=model.base.schema_id)
    return _ratings(patient).filter(Exists(described)).count()


def _ratings(patient: Patient) -> QuerySet[TrackRating]:
    """Those that adapting goes by."""
    return TrackRating.objects.filter(~was_changed(), patient=patient)


def _adaptation(job: Job) -> WorkInWords:
    return in_words(
        job,
        what="adaptation",
        after_failure="The next rating asks for it again, or manage.py adapt does it at once.",
    )


def _cell(model: PatientModel | None, job: Job | None) -> Cell:
    notes = []
    if model is not None and model.base.simulated:
        notes.append("simulated base")
    if job is not None and job.state in SHORTLY:
        notes.append(SHORTLY[Job.State(job.state)])
    return Cell(
        text=f"version {model.version}" if model is not None else "none yet",
        note=", ".join(notes),
        needs_attention=job is not None and _adaptation(job).needs_attention,
    )
