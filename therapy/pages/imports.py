"""Staff pages: taking in the patients of a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.interchange.patients import importing
from therapy.interchange.patients.reading import COLUMNS, MOST_BYTES, MOST_LINES, as_csv
from therapy.pages.requests import StaffRequest
from therapy.people.models import Clinic, Patient

Shown = importing.DryRun | None


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_patients(request: StaffRequest, slug: str) -> HttpResponse:
    """A file is looked at and shown line by line; its patients, sent once more, are taken in.

    Nothing is kept between the two: what is confirmed is what the page shows, and is looked at
    again, for a code may have been taken meanwhile.
    """
    clinic = get_object_or_404(request.access.clinics(), slug=slug)
    if request.method != "POST":
        return _page(request, clinic)
    if "confirmed" in request.POST:
        return _take_in(request, clinic, request.POST["confirmed"].encode())
    file = request.FILES.get("file")
    if file is None:
        return _page(request, clinic, missing=True)
    content = file.read(MOST_BYTES + 1)
    return _page(request, clinic, run=importing.dry_run(clinic=clinic, content=content))


@for_staff(Act.CHANGE_CARE)
@require_safe
@never_cache
def template(request: StaffRequest, slug: str) -> HttpResponse:
    """A file with the header alone."""
    get_object_or_404(request.access.clinics(), slug=slug)
    return HttpResponse(
        ",".join(COLUMNS) + "\r\n",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="patients.csv"'},
    )


def _take_in(request: StaffRequest, clinic: Clinic, content: bytes) -> HttpResponse:
    try:
        patients = importing.import_patients(clinic=clinic, content=content)
    except importing.ImportRefused as refused:
        return _page(request, clinic, run=refused.run)
    messages.success(request, f"{len(patients)} patients were taken in.")
    return redirect(f"{reverse('patients')}?clinic={clinic.slug}")


def _page(
    request: StaffRequest, clinic: Clinic, *, run: Shown = None, missing: bool = False
) -> HttpResponse:
    ready = run is not None and not run.problems
    return render(
        request,
        "therapy/interchange/import.html",
        {
            "clinic": clinic,
            "run": run,
            "ready": ready,
            "missing": missing,
            "rows": [(line, run.of_line(line)) for line in run.lines] if ready and run else [],
            "content": as_csv(run.lines) if ready and run else "",
            "most_lines": MOST_LINES,
            "origins": Patient.Origin.values,
        },
        status=400 if missing or (run is not None and not ready) else 200,
    )
