"""The model card of a released base: for a file, and as a page for staff."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from adaptation.learning.evaluation.release import Release
from adaptation.models import BaseModel, PatientModel
from therapy.access.doors import for_staff
from therapy.models import User
from therapy.pages.requests import StaffRequest
from therapy.people.visibility import clinics_of


def release_of(base: BaseModel) -> Release:
    """What a base says of itself."""
    return Release(
        name=base.name,
        version=base.version,
        schema=str(base.schema),
        trained_on=base.trained_on,
        simulated=base.simulated,
        seed=base.seed,
        vector_size=base.vector_size,
        weights_sha256=base.weights_sha256,
        metrics=base.metrics,
    )


def bases_visible_to(user: User) -> QuerySet[BaseModel]:
    """The bases that read tracks as a clinic of the user's has them described, and those that a
    patient there was adapted from."""
    clinics = clinics_of(user)
    adapted = PatientModel.objects.filter(base=OuterRef("pk"), patient__clinic__in=clinics)
    return BaseModel.objects.filter(
        Q(schema__in=clinics.values("feature_schema")) | Q(Exists(adapted))
    ).select_related("schema")


@for_staff()
@require_safe
def base_card(request: StaffRequest, name: str, version: int) -> HttpResponse:
    """The card of a base. Raises Http404 for one that no clinic of the user's could use."""
    base = get_object_or_404(bases_visible_to(request.user), name=name, version=version)
    return render(request, "adaptation/base_card.html", {"base": base, "release": release_of(base)})
