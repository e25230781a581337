"""Staff pages: a clinic's records as tables, to be fetched once a job has made them."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.archives import expires_at
from therapy.http import ranged_file_response
from therapy.interchange.models import TablesExport
from therapy.interchange.tables.asking import ask_for_tables, tables_key, tables_of
from therapy.pages.requests import StaffRequest
from therapy.pages.work import in_words, latest_jobs
from therapy.people.models import Clinic

EXPORTS_SHOWN = 20


@for_staff(Act.TAKE_DATA_OUT, writes=Act.TAKE_DATA_OUT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tables(request: StaffRequest, slug: str) -> HttpResponse:
    """What was asked for, and a form to ask for more."""
    clinic = get_object_or_404(request.access.clinics(), slug=slug)
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            _ask(request, clinic)
        except ValidationError as refused:
            problems = refused.message_dict
        else:
            return redirect("tables", slug)
    exports = list(tables_of(clinic)[:EXPORTS_SHOWN])
    jobs = latest_jobs(tables_key(export.id) for export in exports)
    work = {
        key: in_words(job, what="export", after_failure="Ask for it again.")
        for key, job in jobs.items()
    }
    return render(
        request,
        "therapy/interchange/tables.html",
        {
            "clinic": clinic,
            "exports": [
                (export, expires_at(export), work.get(tables_key(export.id))) for export in exports
            ],
            "problems": problems,
            "typed": request.POST if problems else {},
        },
        status=400 if problems else 200,
    )


@for_staff(Act.TAKE_DATA_OUT)
@require_safe
@never_cache
def tables_archive(request: StaffRequest, slug: str, export_id: uuid.UUID) -> HttpResponseBase:
    """The archive with the tables. Raises Http404 where there is none, or none yet."""
    clinic = get_object_or_404(request.access.clinics(), slug=slug)
    export: TablesExport = get_object_or_404(tables_of(clinic), id=export_id)
    if export.ready_at is None:
        raise Http404("These tables are not ready yet.")
    request.access.given.add((clinic.id, None))  # a read of all its patients, for the audit
    return ranged_file_response(
        request,
        export.file,
        etag=export.sha256,
        content_type="application/zip",
        filename=f"attune-{slug}-tables-{export.asked_at:%Y%m%d}-{export.form}.zip",
    )


def _ask(request: StaffRequest, clinic: Clinic) -> TablesExport:
    """Raises ValidationError by field. Days are UTC's, both included."""
    first, last = _day(request, "since"), _day(request, "until")
    return ask_for_tables(
        clinic=clinic,
        by=request.user,
        form=request.POST.get("form", ""),
        pseudonymous=request.POST.get("names") != "codes",
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)) if last is not None else None,
    )


def _day(request: StaffRequest, name: str) -> date | None:
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if day is None or day == date.max:
        raise ValidationError({name: ["Must be a day such as 2026-03-01."]})
    return day


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
