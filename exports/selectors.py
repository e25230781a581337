"""Reading what is delivered, and to whom what is due."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from adaptation.models import BaseModel, PatientModel
from exports.kinds import BUNDLES, FILES
from exports.models import Bundle, Hold, ModelPackage
from exports.signing import cose
from exports.signing.payloads import PatientRecord
from therapy.models import Clinic, Patient
from therapy.people.selectors import ended_care

# Bases


def is_released(base: BaseModel) -> bool:
    """Whether everything that phones fetch of the base is there."""
    return base.templates.count() == len(FILES) and base.bundles.count() == len(BUNDLES)


def bundle_named(sha256: str) -> Bundle | None:
    """The bundle of this digest."""
    return Bundle.objects.filter(sha256=sha256).first()


def url_of(bundle: Bundle) -> str:
    """Where a phone fetches the bundle: here, or, signed for a while, where the files are kept."""
    if isinstance(bundle.file.storage, FileSystemStorage):
        return reverse("base-file", args=[bundle.sha256])
    return str(bundle.file.url)


# Which model a patient is to have, and which they have


@dataclass(frozen=True)
class Served:
    """The model that a patient is to have, with its base; held: whatever is learned meanwhile."""

    model: PatientModel
    held: bool


def standing_hold(patient: Patient) -> Hold | None:
    """The hold that keeps a patient's model as it is, with the model and who said so."""
    held = Hold.objects.filter(patient=patient, ended_at=None)
    return held.select_related("patient_model", "held_by").first()


def due(clinic: Clinic) -> QuerySet[Patient]:
    """The clinic's patients who are to have another model than they have, or whose record runs out
    soon or was signed with a key that signs no more; not those who took back their consent to care.
    """
    record = _records().filter(patient=OuterRef("id")).order_by("-version")
    soon = timezone.now() + timedelta(days=settings.MODEL_LIFETIME_DAYS) / 2
    found = (
        Patient.objects.filter(clinic=clinic)
        .exclude(id__in=ended_care().values("patient"))
        .annotate(to_have=_served_model(), held=Exists(_standing(OuterRef("id"))))
        .annotate(
            has=Subquery(record.values("patient_model")[:1]),
            has_learning=Subquery(record.values("learns")[:1]),
            runs_out=Subquery(record.values("expires_at")[:1]),
            retired=Subquery(record.values("key__retired_at")[:1]),
        )
        .filter(to_have__isnull=False)
    )
    return found.filter(
        Q(has=None)
        | ~Q(has=F("to_have"))
        | Q(has_learning=F("held"))
        | Q(runs_out__lt=soon)
        | Q(retired__isnull=False)
    )


def served_models(patients: Iterable[UUID]) -> dict[UUID, Served]:
    """The model that each patient is to have, in the order of their ids; without those who have
    none yet. Two queries."""
    wanted = {
        patient: (model, held)
        for patient, model, held in Patient.objects.filter(id__in=list(patients))
        .annotate(to_have=_served_model(), held=Exists(_standing(OuterRef("id"))))
        .order_by("id")
        .values_list("id", "to_have", "held")
        if model is not None
    }
    models = PatientModel.objects.select_related("base__schema").in_bulk(
        [model for model, _ in wanted.values()]
    )
    return {patient: Served(models[model], held) for patient, (model, held) in wanted.items()}


def bases_served(patients: Collection[UUID]) -> list[BaseModel]:
    """The bases of the models that these patients are to have."""
    ids = Patient.objects.filter(id__in=patients).annotate(to_have=_served_model())
    return list(
        BaseModel.objects.filter(patient_models__in=ids.values("to_have"))
        .select_related("schema")
        .distinct()
    )


def newest_versions(patients: Iterable[UUID]) -> dict[UUID, int]:
    """The version of each patient's newest record; without those who have none. One query."""
    rows = _records().filter(patient__in=list(patients)).order_by().values_list("patient")
    return dict(rows.annotate(newest=Max("version")))


def newest_package(patient: Patient, kind: str) -> ModelPackage | None:
    """The package of this kind that the patient's phone should have."""
    return (
        ModelPackage.objects.filter(patient=patient, kind=kind)
        .select_related("patient_model__base__schema", "key")
        .order_by("-version")
        .first()
    )


def records_of(patient: Patient) -> QuerySet[ModelPackage]:
    """All records of the patient, the newest first, with their models and bases."""
    return _records().filter(patient=patient).select_related("patient_model__base", "key")


def package_of(patient: Patient, kind: str, version: int) -> ModelPackage | None:
    """The package of this kind and version."""
    found = ModelPackage.objects.filter(patient=patient, kind=kind, version=version)
    return found.select_related("patient_model__base__schema", "key").first()


def may_be_used(package: ModelPackage, at: datetime) -> bool:
    """Whether phones accept it at that time: it has not expired, and its key is honoured."""
    until = package.key.honoured_until
    return at < package.expires_at and (until is None or at < until)


def content_of(record: ModelPackage) -> PatientRecord:
    """What a record of ours says."""
    return PatientRecord.decode(cose.unverified(bytes(record.signed)))


def _records() -> QuerySet[ModelPackage]:
    return ModelPackage.objects.filter(kind=ModelPackage.Kind.RECORD)


def _standing(patient: OuterRef) -> QuerySet[Hold]:
    return Hold.objects.filter(patient=patient, ended_at=None)


def _served_model() -> Coalesce:
    """The id of the model that a patient is to have: the held one, or else the newest."""
    newest = PatientModel.objects.filter(patient=OuterRef("id")).order_by("-version")
    return Coalesce(
        Subquery(_standing(OuterRef("id")).values("patient_model")[:1]),
        Subquery(newest.values("id")[:1]),
        output_field=UUIDField(),
    )
