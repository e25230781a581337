"""The background work of a clinic: what runs, waits and failed, what was done of late, and trying
again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.requests import StaffRequest
from therapy.pages.work import WorkInWords, in_words
from therapy.people.models import Clinic
from worker.jobs import retry_failed
from worker.models import Job

State = Job.State
JOBS_A_PAGE = 25
MOST_OPEN = 50  # of what is not done; more of one kind is the same trouble
AGAIN = "It can be tried again here."

WHAT: Final[Mapping[str, str]] = {
    "adapt_patient": "adaptation",
    "check_safety": "safety check",
    "refresh_clinic": "adaptation of everyone to the newest base",
    "export_patient": "delivery of a model",
    "export_clinic": "delivery of all models",
    "ingest_upload": "analysis of recordings that were added",
    "look_at_sounds": "drawing of missing waveforms",
    "place_tracks": "placing of tracks in the plane",
    "take_data_out": "archive of a patient’s data",
    "export_tables": "export of tables",
    "erase_patient": "erasure",
    "refresh_outcomes": "summing of outcomes",
    "measure_benefit": "measuring of what adapting is worth here",
}
"""Each kind of job as a noun."""


@dataclass(frozen=True)
class Line:
    """A job in words. `patient_id` and `code` where it is about a patient who is still here."""

    job: Job
    what: str
    work: WorkInWords
    patient_id: uuid.UUID | None
    code: str


@for_staff(Act.SEE_JOBS)
@require_safe
@never_cache
def jobs_home(request: StaffRequest) -> HttpResponseRedirect:
    """The first clinic whose work the user may see. Raises Http404 where there is none."""
    first = request.access.clinics().order_by("name").first()
    if first is None:
        raise Http404("You see the background work of no clinic.")
    return redirect("jobs", first.slug)


@for_staff(Act.SEE_JOBS)
@require_safe
@never_cache
def jobs(request: StaffRequest, slug: str) -> HttpResponse:
    """What is not done first, then what was done, newest first, a page at a time."""
    seen = request.access.clinics().order_by("name")
    clinic = get_object_or_404(seen, slug=slug)
    telling = _telling(clinic)
    failed = list(_failed(telling).order_by("-created_at")[: MOST_OPEN + 1])
    unfinished = telling.filter(state__in=[State.RUNNING, State.QUEUED])
    going = list(unfinished.order_by("-state", "created_at")[: MOST_OPEN + 1])  # running first
    done = telling.filter(state=State.SUCCEEDED).order_by("-created_at", "-id")
    page = Paginator(done, JOBS_A_PAGE).get_page(request.GET.get("page"))
    codes = _codes(request, [*failed, *going, *page.object_list])
    return render(
        request,
        "therapy/people/jobs.html",
        {
            "clinic": clinic,
            "others": seen.exclude(id=clinic.id),
            "failed": [_line(job, codes) for job in failed[:MOST_OPEN]],
            "going": [_line(job, codes) for job in going[:MOST_OPEN]],
            "has_more": max(len(failed), len(going)) > MOST_OPEN,
            "most": MOST_OPEN,
            "page": page,
            "done": [_line(job, codes) for job in page.object_list],
        },
    )


@for_staff(writes=Act.SEE_JOBS)
@require_POST
def retry(request: StaffRequest, slug: str, job_id: uuid.UUID) -> HttpResponseRedirect:
    """Ask for the work of a failed job again."""
    clinic: Clinic = get_object_or_404(request.access.clinics(), slug=slug)
    job = get_object_or_404(_telling(clinic), id=job_id)
    if _failed(_telling(clinic)).filter(id=job.id).exists() and retry_failed(only=[job.id]):
        messages.success(request, f"The {_what(job)} will be tried again.")
    else:
        messages.info(request, f"The {_what(job)} was tried again already.")
    return redirect("jobs", slug)


def _telling(clinic: Clinic) -> QuerySet[Job]:
    """Superseded jobs say nothing: a newer one of their key does the work."""
    return Job.objects.filter(clinic_id=clinic.id).exclude(state=State.SUPERSEDED)


def _failed(telling: QuerySet[Job]) -> QuerySet[Job]:
    """Failed, and not asked for again since."""
    newer = telling.filter(key=OuterRef("key"), created_at__gt=OuterRef("created_at"))
    return telling.filter(~Exists(newer), state=State.FAILED)


def _codes(request: StaffRequest, shown: Sequence[Job]) -> dict[str, str]:
    ids = {job.arguments["patient_id"] for job in shown if "patient_id" in job.arguments}
    found = request.access.patients().filter(id__in=ids).values_list("id", "code")
    return {str(patient): code for patient, code in found}


def _line(job: Job, codes: Mapping[str, str]) -> Line:
    patient = job.arguments.get("patient_id", "")
    return Line(
        job=job,
        what=_what(job),
        work=in_words(job, what=_what(job), after_failure=AGAIN),
        patient_id=uuid.UUID(patient) if patient in codes else None,
        code=codes.get(patient, ""),
    )


def _what(job: Job) -> str:
    return WHAT.get(job.kind, job.kind.replace("_", " "))
