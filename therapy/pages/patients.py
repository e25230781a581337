"""Staff pages: the list of patients, and one patient."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages import measure_lines, overview, panels, patient_page
from therapy.pages.charts.course import course_charts
from therapy.pages.charts.moods import mood_charts
from therapy.pages.plan_words import in_words
from therapy.pages.requests import StaffRequest, asked_for
from therapy.people.models import Clinic, Patient
from therapy.people.visibility import Access
from therapy.plans.selectors import current_plan, standing_of
from therapy.statistics.control_charts import FEWEST
from therapy.statistics.drift import ORDINARY_LISTENING

PATIENTS_A_PAGE = 25
CHARTED_SESSIONS = 24
SESSIONS_A_PAGE = 8
RATINGS_A_PAGE = 12
MEASURES_A_PAGE = 8


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def patients(request: StaffRequest) -> HttpResponse:
    """The patients that the member of staff may see, a page at a time."""
    clinics = list(request.access.clinics().order_by("name"))
    clinic = _chosen_clinic(clinics, request.GET.get("clinic", ""))
    search = asked_for(request, "code")
    order = _chosen_order(request.GET.get("order", ""))
    found = overview.patients_found(
        access=request.access, clinic=clinic, search=search, order=order
    )
    page = Paginator(found, PATIENTS_A_PAGE).get_page(request.GET.get("page"))
    columns = panels.columns()
    acts = _acts_at(request.access, clinics)
    return render(
        request,
        "therapy/people/patients.html",
        {
            "clinics": clinics,
            "clinic": clinic,
            "search": search,
            "order": order,
            "orders": overview.Order.choices,
            "page": page,
            "columns": columns,
            "rows": _with_cells(overview.rows_of(list(page.object_list)), columns),
            "clinic_acts": acts,
            "importing": [clinic for clinic, may in acts if may["imports"]],
        },
    )


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def patient(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """One patient: plan, moods, sessions, ratings, and what the rooms above add."""
    shown = request.access.patient(patient_id)
    plan = current_plan(shown)
    charted = _page(patient_page.charted_sessions(shown), CHARTED_SESSIONS, request, "moods")
    sessions = _page(patient_page.sessions_of(shown), SESSIONS_A_PAGE, request, "sessions")
    ratings = _page(patient_page.track_ratings_of(shown), RATINGS_A_PAGE, request, "ratings")
    answers = _page(measure_lines.responses_of(shown), MEASURES_A_PAGE, request, "measures")
    moods = patient_page.session_moods(charted.object_list)
    return render(
        request,
        "therapy/people/patient.html",
        {
            "patient": shown,
            "may_take_out": request.access.allows(Act.TAKE_DATA_OUT, shown.clinic_id),
            "may_change_care": request.access.allows(Act.CHANGE_CARE, shown.clinic_id),
            "may_keep_notes": request.access.allows(Act.KEEP_NOTES, shown.clinic_id),
            "plan": plan,
            "standing": standing_of(shown),
            "plan_words": in_words(plan) if plan is not None else None,
            "charted": charted,
            "mood_lines": patient_page.mood_lines(moods),
            "charts": mood_charts(moods) if moods else (),
            "courses": course_charts(moods),
            "fewest_for_course": FEWEST,
            "drift_source": ORDINARY_LISTENING,
            "sessions": sessions,
            "sheets": patient_page.session_sheets(list(sessions.object_list)),
            "ratings": ratings,
            "measures": answers,
            "measure_lines": measure_lines.lines_of(list(answers.object_list)),
            "panels": [(panel, panel.context(shown)) for panel in panels.panels()],
        },
    )


def _acts_at(access: Access, clinics: list[Clinic]) -> list[tuple[Clinic, dict[str, bool]]]:
    """What the user may do with all patients of a clinic at once, where there is something."""
    listed = [
        (
            clinic,
            {
                "imports": access.allows(Act.CHANGE_CARE, clinic.id),
                "takes_out": access.allows(Act.TAKE_DATA_OUT, clinic.id),
            },
        )
        for clinic in clinics
    ]
    return [(clinic, acts) for clinic, acts in listed if any(acts.values())]


def _chosen_clinic(clinics: list[Clinic], slug: str) -> Clinic | None:
    """A clinic of the user's own by its slug; any other word means all of them."""
    return next((clinic for clinic in clinics if clinic.slug == slug), None)


def _chosen_order(word: str) -> overview.Order:
    return overview.Order(word) if word in overview.Order.values else overview.Order.CODE


def _with_cells(
    rows: list[overview.PatientRow], columns: tuple[panels.PatientColumn, ...]
) -> list[tuple[overview.PatientRow, list[tuple[str, panels.Cell]]]]:
    listed: list[Patient] = [row.patient for row in rows]
    contributed = [(column.title, column.cells(listed)) for column in columns]
    return [(row, [(title, cells[row.patient.id]) for title, cells in contributed]) for row in rows]


def _page(rows: Any, size: int, request: HttpRequest, parameter: str) -> Any:
    return Paginator(rows, size).get_page(request.GET.get(parameter))
