"""The staff page about a patient's packages: every version, its files, and holding a model."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exports import downloads, holding, selectors
from exports.models import ModelPackage
from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.models import Patient
from therapy.pages.requests import StaffRequest

VERSIONS_A_PAGE = 20
LONGEST_REASON = 300
DOWNLOADS = {
    ModelPackage.Kind.RECORD: "Signed record",
    ModelPackage.Kind.ONNX: "One file, ONNX",
    ModelPackage.Kind.COREML: "One file, Core ML",
}


@dataclass(frozen=True)
class Parity:
    """How far something converted is from PyTorch, and how far it may be."""

    what: str
    deviation: float
    tolerance: float
    order: str

    @property
    def within(self) -> bool:
        return self.deviation <= self.tolerance


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def packages(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Every version that was published for the patient, the newest first."""
    patient = request.access.patient(patient_id)
    page = Paginator(selectors.records_of(patient), VERSIONS_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "exports/packages.html",
        {
            "patient": patient,
            "page": page,
            "newest": selectors.newest_package(patient, ModelPackage.Kind.RECORD),
            "hold": selectors.standing_hold(patient),
            "downloads": DOWNLOADS,
            "longest_reason": LONGEST_REASON,
        },
    )


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def download(
    request: StaffRequest, patient_id: uuid.UUID, version: int, kind: str
) -> HttpResponseBase:
    """The record or a self-contained file of a version. Raises Http404."""
    patient = request.access.patient(patient_id)
    package = selectors.package_of(patient, kind, version)
    if package is None:
        raise Http404("Nothing of this kind and version was published for this patient.")
    return downloads.download(request, package)


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def hold(request: StaffRequest, patient_id: uuid.UUID, version: int) -> HttpResponseRedirect:
    """Keep the model of a version on the phone until further notice."""
    patient = request.access.patient(patient_id)
    record = selectors.package_of(patient, ModelPackage.Kind.RECORD, version)
    if record is None:
        raise Http404("No such version was published for this patient.")
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    if len(reason) > LONGEST_REASON:
        messages.error(
            request,
            f"The reason has {len(reason)} characters; at most {LONGEST_REASON} are kept. "
            "Nothing was changed.",
        )
        return _back(patient)
    model = record.patient_model
    holding.hold(patient=patient, model=model, by=request.user, reason=reason)
    messages.success(
        request,
        f"Model {model.version} is held. The phone gets it when it next asks; what is rated "
        "meanwhile is kept, and counts again when you end the hold.",
    )
    return _back(patient)


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def end_hold(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseRedirect:
    """Give the phone the newest model again."""
    patient = request.access.patient(patient_id)
    holding.end_hold(patient=patient, by=request.user)
    messages.success(request, "The hold has ended. The phone gets the newest model next time.")
    return _back(patient)


def parity_of(record: ModelPackage) -> tuple[Parity, ...]:
    """What was measured of the base's graphs, and of this patient's own files where they were."""
    base = record.patient_model.base
    graphs = [
        _parity(f"{graph.name} as {graph.format}", graph.parity)
        for graph in base.graphs.order_by("name", "format")
    ]
    own = ModelPackage.objects.filter(patient=record.patient_id, version=record.version)
    return (
        *graphs,
        *(
            _parity(f"this patient’s file, {file.kind}", file.parity)
            for file in own.order_by("kind")
            if file.parity
        ),
    )


def _parity(what: str, figures: Mapping[str, float]) -> Parity:
    order = f"same order in {figures['same_order']:.0f} of {figures['cases']:.0f} playlists"
    return Parity(
        what,
        float(figures["deviation"]),
        float(figures["tolerance"]),
        "" if what.startswith("adapt") else order,  # only a playlist has an order
    )


def _back(patient: Patient) -> HttpResponseRedirect:
    return redirect("packages", patient.id)
