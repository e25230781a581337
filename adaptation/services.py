"""Writing what adaptation makes: released bases and patient models."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import torch
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from adaptation import selectors
from adaptation.learning import bases
from adaptation.learning.bases import Base
from adaptation.learning.episodes import Batch
from adaptation.learning.schema import FeatureSchema as LearnersSchema
from adaptation.learning.support import Support
from adaptation.loading import loaded
from adaptation.models import BaseModel, PatientModel
from therapy.catalogue.services import ensure_schema
from therapy.models import FeatureSchema, Patient
from therapy.people.services import ask_for_adaptation
from worker.jobs import JobRefused, enqueue

Report = Callable[[float, str], None]
"""Called with the share done, 0..1, and what is being done."""


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
) -> BaseModel:
    """Store a trained base as the next version of its name, and have the patients whose clinics
    are described in its schema adapted from it."""
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
    for patient in Patient.objects.filter(clinic__feature_schema=release.schema):
        ask_for_adaptation(patient)
    return release


@transaction.atomic
def adapt_patient(*, patient_id: UUID, report: Report) -> PatientModel:
    """Adapt the newest base to everything the patient has rated, and ask for its export.

    The vector is made anew from all ratings, so nothing that was rated while another adaptation
    ran can be lost, and a repeat with the same ratings and base changes nothing. Raises
    JobRefused when no base reads the clinic's feature schema.
    """
    patient = Patient.objects.select_for_update(no_key=True, of=("self",)).get(id=patient_id)
    base = selectors.base_for(patient)
    if base is None:
        raise JobRefused(
            f"No base reads the feature schema {patient.clinic.feature_schema}. "
            f"Make one with `manage.py meta_train --schema {patient.clinic.feature_schema}`."
        )
    report(0.2, "Reading the ratings")
    support = selectors.support_of(patient, base)
    digest = selectors.digest_of(base, support)
    newest = selectors.newest_model(patient)
    if newest is not None and newest.support_digest == digest:
        _ask_for_export(newest)  # it may have failed, or been lost with its files
        return newest
    report(0.5, f"Adapting to {len(support)} rated tracks")
    model = PatientModel.objects.create(
        patient=patient,
        base=base,
        version=newest.version + 1 if newest else 1,
        vector=adapted_vector(loaded(base), support),
        support_digest=digest,
        support_count=len(support),
        newest_rating_at=selectors.newest_rating_at(patient),
    )
    _ask_for_export(model)
    return model


def _ask_for_export(model: PatientModel) -> None:
    """Asking for what is published already costs nothing: the export answers with what is there."""
    enqueue(
        kind="export_patient_model",
        key=f"export_patient_model:{model.id}",
        arguments={"patient_model_id": str(model.id)},
    )


def adapted_vector(base: Base, support: Support) -> bytes:
    """The patient vector [D] as little-endian float32 bytes; the prior for an empty support."""
    with torch.inference_mode():
        vector = base.learner.prior()
        if len(support):
            rows = Batch.of([support])
            vector = base.learner.adapt(
                vector.unsqueeze(0), rows.features, rows.mood, rows.outcome, rows.weight
            ).squeeze(0)
    return vector.numpy().astype("<f4").tobytes()
