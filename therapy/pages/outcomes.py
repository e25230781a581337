"""What a clinic's listening came to, for those who answer for it."""

import csv
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.interchange.tables.csv_files import guarded
from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.contributed import contributions
from therapy.outcomes.keeping import kept_report
from therapy.outcomes.refreshing import ask_for_refresh, refresh_key
from therapy.outcomes.tables import Flat, flat
from therapy.pages.outcome_words import finding_of, sheet_of
from therapy.pages.requests import StaffRequest, asked_for
from therapy.pages.work import in_words, latest_jobs
from therapy.people.models import Clinic, Patient
from therapy.plans.templates import TEMPLATES
from worker.models import Job

ASKED = ("since", "until", "origin", "template")


@for_staff(Act.SEE_OUTCOMES)
@require_safe
@never_cache
def outcomes_home(request: StaffRequest) -> HttpResponseRedirect:
    """The first clinic whose outcomes the user may see. Raises Http404 where there is none."""
    first = request.access.clinics().order_by("name").first()
    if first is None:
        raise Http404("You see the outcomes of no clinic.")
    return redirect("outcomes", first.slug)


@for_staff(Act.SEE_OUTCOMES)
@require_safe
@never_cache
def outcomes(request: StaffRequest, slug: str) -> HttpResponse:
    """The report on a cohort, which the address names."""
    reached = list(request.access.clinics().order_by("name"))
    clinic = request.access.clinic(slug)
    typed = {name: asked_for(request, name) for name in ASKED}
    problems: dict[str, list[str]] = {}
    try:
        cohort = Cohort.asked_for(clinic, typed)
    except ValidationError as refused:
        problems = refused.message_dict
        cohort = Cohort.asked_for(clinic, {})
    report = kept_report(cohort)
    job = latest_jobs([refresh_key(clinic.id)]).get(refresh_key(clinic.id))
    return render(
        request,
        "therapy/outcomes/outcomes.html",
        {
            "clinic": clinic,
            "others": [one for one in reached if one != clinic],
            "cohort": cohort,
            "address": urlencode(cohort.address),
            "typed": typed if problems else typed | cohort.address,
            "problems": problems,
            "origins": Patient.Origin.choices,
            "templates": [(key, one.title) for key, one in TEMPLATES.items()],
            "report": report,
            "findings": [finding_of(axis, one) for axis, one in report.headlines.items()],
            "sheets": [sheet_of(table) for table in report.tables],
            "work": _work(job),
        },
        status=400 if problems else 200,
    )


def _work(job: Job | None) -> object:
    """Where the summing stands, unless it is done."""
    if job is None or job.state == Job.State.SUCCEEDED:
        return None
    return in_words(job, what="summing", after_failure="Ask for it again.")


@for_staff(Act.SEE_OUTCOMES)
@require_safe
@never_cache
def table_csv(request: StaffRequest, slug: str, table: str) -> HttpResponse:
    """One table of the same report, numbers as they are. Raises Http404 for a table that there is
    not; what is wrong with the cohort is said in plain text."""
    clinic = request.access.clinic(slug)
    try:
        cohort = Cohort.asked_for(clinic, {name: asked_for(request, name) for name in ASKED})
    except ValidationError as refused:
        said = "\n".join(
            f"{name}: {' '.join(texts)}" for name, texts in refused.message_dict.items()
        )
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    found = kept_report(cohort).table(table)
    if found is None:
        raise Http404("There is no such table.")
    head, rows = flat(found)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="attune-{slug}-{table}.csv"'
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([_in_a_file(value) for value in row] for row in rows)
    return response


def _in_a_file(value: Flat) -> str:
    if isinstance(value, str):
        return guarded(value)  # a name is what somebody typed
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


@for_staff(writes=Act.SEE_OUTCOMES)
@require_POST
def refresh(request: StaffRequest, slug: str) -> HttpResponseRedirect:
    """Have the summaries made anew that are behind, and what other rooms measured."""
    clinic: Clinic = get_object_or_404(request.access.clinics(), slug=slug)
    ask_for_refresh(clinic)
    for one in contributions():
        one.ask_anew(clinic)
    return redirect("outcomes", slug)
