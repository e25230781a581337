"""Writing what adaptation makes: released bases and patient models."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from adaptation import selectors
from adaptation.asking import ask_for_export
from adaptation.learning import bases, batching
from adaptation.learning.bases import Base
from adaptation.learning.rated import Ratings
from adaptation.learning.schema import FeatureSchema as LearnersSchema
from adaptation.learning.support import Support
from adaptation.loading import loaded
from adaptation.models import BaseModel, PatientModel, TrainingMembership
from adaptation.places import ask_for_places
from adaptation.supports import Unreadable
from therapy.audit.writing import note_created
from therapy.catalogue.services import ensure_schema
from therapy.models import Clinic, Consent, FeatureSchema, Patient
from therapy.people.selectors import has_ended_care, standing_consents
from therapy.people.services import ask_for_refresh
from worker.jobs import JobRefused
from worker.running import ReportShare


class ConsentWithdrawn(Exception):
    """A base cannot be released: someone whose ratings it was trained on took consent back."""


@dataclass(frozen=True)
class Member:
    """A patient whose ratings a base was trained on, and the consent that allowed it."""

    patient_id: UUID
    consent_id: int
    ratings: int


def store_schema(schema: LearnersSchema) -> FeatureSchema:
    """The record of a schema that the learners know; made if it is not there."""
    return ensure_schema(
        name=schema.name,
        version=schema.version,
        features=[
            {"name": f.name, "unit": f.unit, "description": f.description} for f in schema.features
        ],
    )


@transaction.atomic
def release_base(
    *,
    name: str,
    base: Base,
    schema: LearnersSchema,
    trained_on: str,
    simulated: bool,
    seed: int,
    metrics: dict[str, Any],
    members: Collection[Member] = (),
) -> BaseModel:
    """Store a trained base as the next version of its name, with the patients who were part of it,
    and have the clinics that are described in its schema refreshed from it.

    Raises ConsentWithdrawn when a member does not consent to pooled learning any more: training
    takes a while, and a consent that ended meanwhile ends the release.
    """
    _check_consents(members)
    content = bases.to_bytes(base)
    digest = hashlib.sha256(content).hexdigest()
    newest = BaseModel.objects.filter(name=name).aggregate(newest=Max("version"))["newest"] or 0
    release = BaseModel(
        name=name,
        version=newest + 1,
        learner="relation",
        schema=store_schema(schema),
        trained_on=trained_on,
        simulated=simulated,
        seed=seed,
        weights_sha256=digest,
        vector_size=base.learner.vector_size,
        metrics=metrics,
    )
    release.weights.save(f"{name}-{release.version}-{digest[:12]}.pt", ContentFile(content), False)
    release.save()
    trained = TrainingMembership.objects.bulk_create(
        TrainingMembership(
            base=release,
            patient_id=member.patient_id,
            consent_id=member.consent_id,
            ratings_used=member.ratings,
        )
        for member in members
    )
    note_created(trained)
    for clinic in Clinic.objects.filter(feature_schema=release.schema):
        ask_for_refresh(clinic)
    ask_for_places()
    return release


def _check_consents(members: Collection[Member]) -> None:
    ids = {member.patient_id for member in members}
    standing = standing_consents(Consent.Scope.POOLED_LEARNING).filter(patient__in=ids, given=True)
    withdrawn = len(ids) - standing.count()
    if withdrawn:
        raise ConsentWithdrawn(
            f"{withdrawn} of {len(ids)} patients withdrew their consent to pooled learning while "
            "the base was being trained. Nothing was released: train again."
        )


@transaction.atomic
def adapt_patient(*, patient_id: UUID, report: ReportShare) -> PatientModel:
    """Adapt the newest base to everything the patient has rated, and ask for its export.

    The vector is made anew from all ratings, so nothing that was rated while another adaptation
    ran can be lost, and a repeat with the same ratings and base changes nothing. Raises
    JobRefused when the patient took back the consent to care, no base reads the clinic's feature
    schema, or the ratings cannot be read.
    """
    patient = Patient.objects.select_for_update(no_key=True, of=("self",)).get(id=patient_id)
    if has_ended_care(patient):
        raise JobRefused(f"{patient} took back the consent to care: nothing is adapted.")
    base = base_for(patient.clinic)
    report(0.2, "Reading the ratings")
    try:
        support = selectors.support_of(patient, base)
    except Unreadable as problem:
        raise JobRefused(str(problem)) from problem
    digest = selectors.digest_of(base, support)
    newest = selectors.newest_model(patient)
    if newest is not None and newest.support_digest == digest and selectors.is_sound(newest):
        ask_for_export(patient)  # it may have failed, or been lost with its files
        return newest
    report(0.5, f"Adapting to {len(support)} rated tracks")
    (vector,) = adapted_vectors(loaded(base), [support])
    span = selectors.rating_spans([patient.id])[patient.id]
    model = PatientModel.objects.create(
        patient=patient,
        base=base,
        version=newest.version + 1 if newest else 1,
        vector=vector,
        support_digest=digest,
        support_count=len(support),
        oldest_rating_at=span.oldest,
        newest_rating_at=span.newest,
    )
    ask_for_export(patient)
    return model


def base_for(clinic: Clinic) -> BaseModel:
    """The newest base that reads the clinic's feature schema; raises JobRefused without one."""
    base = selectors.newest_base(clinic)
    if base is None:
        raise JobRefused(
            f"No base reads the feature schema {clinic.feature_schema}. "
            f"Make one with `manage.py meta_train --schema {clinic.feature_schema}`."
        )
    return base


def adapted_vectors(base: Base, supports: Sequence[Support]) -> list[bytes]:
    """The patient vector [D] after each support set, as little-endian float32 bytes, in one pass;
    the prior for an empty one."""
    if not supports:
        return []
    vectors = batching.adapt(base.learner, Ratings.by(base, supports))
    return [vector.tobytes() for vector in vectors.numpy().astype("<f4")]
