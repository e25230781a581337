"""Staff pages: the reporting sheet of a version of a plan, to print and to take along."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.requests import StaffRequest
from therapy.pages.rg_mbi import sheet
from therapy.pages.rg_mbi.items import UPDATE, VERSION
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import plans_of


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def rg_mbi(request: StaffRequest, patient_id: uuid.UUID, plan_version: int) -> HttpResponse:
    """The sheet, with the free texts that the patient's page has too."""
    patient = request.access.patient(patient_id)
    plan = _plan(patient, plan_version)
    return render(
        request,
        "therapy/interchange/rg_mbi.html",
        {
            "patient": patient,
            "plan": plan,
            "entries": sheet.sheet_of(plan, notes=True),
            "not_recorded": sheet.NOT_RECORDED,
            "version": VERSION,
            "update": UPDATE,
            "may_take_out": request.access.allows(Act.TAKE_DATA_OUT, patient.clinic_id),
        },
    )


@for_staff(Act.TAKE_DATA_OUT)
@require_safe
@never_cache
def rg_mbi_file(request: StaffRequest, patient_id: uuid.UUID, plan_version: int) -> HttpResponse:
    """The sheet as a file: Markdown, or CSV with `?form=csv`; with `?notes=yes` the free texts."""
    patient = request.access.patient(patient_id)
    plan = _plan(patient, plan_version)
    entries = sheet.sheet_of(plan, notes=request.GET.get("notes") == "yes")
    if request.GET.get("form") == "csv":
        text, kind, ending = sheet.as_csv(entries), "text/csv", "csv"
    else:
        text, kind, ending = sheet.as_markdown(plan, entries), "text/markdown", "md"
    name = f"attune-{patient.clinic.slug}-{patient.code}-rg-mbi-{plan.version}.{ending}"
    return HttpResponse(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _plan(patient: Patient, version: int) -> SessionPlan:
    plan: SessionPlan = get_object_or_404(plans_of(patient), version=version)
    plan.patient = patient  # which is at hand
    return plan
