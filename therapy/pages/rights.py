"""Staff pages: what is stored of a patient, taking it out, and erasing it."""

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.accounts.confirming import confirm_first
from therapy.archives import expires_at
from therapy.http import ranged_file_response
from therapy.pages.requests import StaffRequest
from therapy.pages.work import WorkInWords, in_words, latest_jobs
from therapy.people.models import Patient
from therapy.rights.erasing import ask_for_erasure, erasure_key
from therapy.rights.holders import holders
from therapy.rights.models import Erasure
from therapy.rights.rows import Rows, rows_of
from therapy.rights.taking_out import ask_for_data, export_key, newest_export

ERASURES_A_PAGE = 25


@for_staff(Act.SEE_PATIENTS, writes=Act.TAKE_DATA_OUT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def data(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """What is stored of a patient, and the archive with all of it; POST asks for a new one."""
    patient = request.access.patient(patient_id)
    if request.method == "POST":
        ask_for_data(patient=patient, by=request.user)
        return redirect("patient-data", patient.id)
    export = newest_export(patient)
    return render(
        request,
        "therapy/rights/data.html",
        {
            "patient": patient,
            "stored": _in_words(rows_of(patient.id)),
            "export": export if export is not None and export.ready_at is not None else None,
            "expires_at": expires_at(export) if export is not None else None,
            "work": _taking_out(patient),
            "may_take_out": request.access.allows(Act.TAKE_DATA_OUT, patient.clinic_id),
            "may_erase": request.access.allows(Act.ERASE, patient.clinic_id),
        },
    )


@for_staff(Act.TAKE_DATA_OUT)
@require_safe
@never_cache
def archive(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseBase:
    """The newest archive. Raises Http404 where there is none, or none yet."""
    patient = request.access.patient(patient_id)
    export = newest_export(patient)
    if export is None or export.ready_at is None:
        raise Http404("There is no archive of this patient's data, or it is not ready yet.")
    return ranged_file_response(
        request,
        export.file,
        etag=export.sha256,
        content_type="application/zip",
        filename=f"attune-{patient.clinic.slug}-{patient.code}.zip",
    )


@for_staff(Act.ERASE, writes=Act.ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_first
@never_cache
def erase(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Say what will go and what will stay, and erase once the patient's code was typed."""
    patient = request.access.patient(patient_id)
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            ask_for_erasure(patient=patient, code=request.POST.get("code", ""), by=request.user)
        except ValidationError as refused:
            problems = refused.message_dict
        else:  # without the code, which a message would keep
            messages.success(request, "Nobody sees the patient any more. The rest is on its way.")
            return redirect("erasures")
    return render(
        request,
        "therapy/rights/erase.html",
        {
            "patient": patient,
            "goes": _in_words(rows_of(patient.id)),
            "stays": [line for holder in holders() for line in holder.stays(patient)],
            "problems": problems,
        },
        status=400 if problems else 200,
    )


@for_staff(Act.ERASE)
@require_safe
@never_cache
def erasures(request: StaffRequest) -> HttpResponse:
    """What was erased in the user's clinics: when and by whom, and never who."""
    found = Erasure.objects.filter(clinic__in=request.access.clinics())
    page = Paginator(found.select_related("clinic", "asked_by"), ERASURES_A_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(page.object_list)
    jobs = latest_jobs(erasure_key(erasure.id) for erasure in shown)
    work = {
        key: in_words(job, what="erasure", after_failure="manage.py jobs --retry tries it again.")
        for key, job in jobs.items()
    }
    return render(
        request,
        "therapy/rights/erasures.html",
        {
            "page": page,
            "erasures": [
                (erasure, sum(erasure.counts.values()), work.get(erasure_key(erasure.id)))
                for erasure in shown
            ],
        },
    )


def _in_words(rows: Rows) -> Mapping[str, int]:
    """How many rows of which kind, the most first, without those that only join two others."""
    counted = {
        capfirst(str(model._meta.verbose_name_plural)): len(keys)
        for model, keys in rows.items()
        if model is not Patient and not model._meta.auto_created
    }
    return dict(sorted(counted.items(), key=lambda kind: (-kind[1], kind[0])))


def _taking_out(patient: Patient) -> WorkInWords | None:
    job = latest_jobs([export_key(patient.id)]).get(export_key(patient.id))
    if job is None:
        return None
    said = in_words(job, what="archive", after_failure="Ask for it again.")
    return said if said.unfinished or said.needs_attention else None
