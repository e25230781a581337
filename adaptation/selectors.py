"""Reading what adaptation knows: bases and whom they were trained on, patient models, and the
ratings that those are made from.

Nothing here needs PyTorch, so pages and the playlist command start fast (loading.py does).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from numpy.typing import NDArray

from adaptation.learning.support import Support
from adaptation.models import BaseModel, PatientModel, TrainingMembership
from adaptation.supports import Unreadable, supports_of
from therapy.models import Clinic, Consent, MoodRating, Patient, TrackRating
from therapy.people.selectors import ended_care, patients_consenting

# Bases


def newest_base(clinic: Clinic) -> BaseModel | None:
    """The newest base that reads the clinic's feature schema."""
    reading = BaseModel.objects.filter(schema=clinic.feature_schema_id)
    return reading.select_related("schema").order_by("-created_at").first()


def trainings_of(patient: Patient) -> QuerySet[TrainingMembership]:
    """The releases that this patient was part of, newest first, each with its base and consent."""
    return patient.trainings.select_related("base", "consent").order_by("-base__created_at")


def withdrawn_trainings(clinic: Clinic) -> QuerySet[TrainingMembership]:
    """The clinic's patients in releases who do not consent to pooled learning any more, each with
    the base: what staff may want to retire. Newest base first."""
    consenting = patients_consenting(clinic, Consent.Scope.POOLED_LEARNING)
    return (
        TrainingMembership.objects.filter(patient__clinic=clinic)
        .exclude(patient__in=consenting)
        .select_related("base", "patient")
        .order_by("-base__created_at", "patient__code")
    )


# Patient models


def newest_model(patient: Patient) -> PatientModel | None:
    """The patient's model as it stands, or None before the first adaptation."""
    return patient.models.select_related("base").order_by("-version").first()


def newest_models_of(patients: Collection[UUID]) -> dict[UUID, PatientModel]:
    """Each patient's model of the highest version, with its base and without its vector. One
    query."""
    found = PatientModel.objects.filter(_is_newest(), patient__in=patients).select_related("base")
    return {model.patient_id: model for model in found.defer("vector")}


def patients_behind(clinic: Clinic, base: BaseModel) -> QuerySet[Patient]:
    """The clinic's patients whose newest model is not of this base's weights, or who have none; not
    those who took back their consent to care."""
    on_it = PatientModel.objects.filter(
        _is_newest(), patient=OuterRef("id"), base__weights_sha256=base.weights_sha256
    )
    behind = Patient.objects.filter(~Exists(on_it), clinic=clinic)
    return behind.exclude(id__in=ended_care().values("patient")).order_by("id")


def vector_of(model: PatientModel) -> NDArray[np.float32]:
    """The patient vector [D]."""
    return np.frombuffer(bytes(model.vector), "<f4").copy()


def is_sound(model: PatientModel) -> bool:
    """Whether the vector is one: as long as its base's, every number finite."""
    vector = vector_of(model)
    return len(vector) == model.base.vector_size and bool(np.isfinite(vector).all())


def _is_newest() -> Q:
    newer = PatientModel.objects.filter(
        patient=OuterRef("patient"), version__gt=OuterRef("version")
    )
    return ~Q(Exists(newer))


# Ratings


def support_of(patient: Patient, base: BaseModel) -> Support:
    """Everything the patient rated that the base can read, in time order. Raises Unreadable."""
    support = supports_of([patient.id], base.schema)[patient.id]
    if isinstance(support, Unreadable):
        raise support
    return support


def digest_of(base: BaseModel, support: Support) -> str:
    """SHA-256 of the base and the support set: the same digest, the same patient vector."""
    digest = hashlib.sha256(base.weights_sha256.encode())
    for column in (support.features, support.mood, support.outcome, support.weight):
        digest.update(np.ascontiguousarray(column, "<f4").tobytes())
    digest.update("\n".join(support.tracks).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Span:
    """When a patient first and last rated a mood or a track; None for who never did."""

    oldest: datetime | None = None
    newest: datetime | None = None

    def with_(self, other: "Span") -> "Span":
        """Around both."""
        oldest = [at for at in (self.oldest, other.oldest) if at is not None]
        newest = [at for at in (self.newest, other.newest) if at is not None]
        return Span(min(oldest, default=None), max(newest, default=None))


def rating_spans(patients: Collection[UUID]) -> dict[UUID, Span]:
    """The span of each patient's ratings. Two queries."""
    spans = dict.fromkeys(patients, Span())
    for rating in (MoodRating, TrackRating):
        rows = rating._default_manager.filter(patient__in=patients).order_by()
        ends = rows.values_list("patient").annotate(Min("rated_at"), Max("rated_at"))
        for patient, oldest, newest in ends:
            spans[patient] = spans[patient].with_(Span(oldest, newest))
    return spans
