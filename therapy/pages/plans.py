"""Staff page: every version of a patient's session plan, one of them whole or two side by side."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.plan_values import lines_of, title_of
from therapy.pages.requests import StaffRequest
from therapy.plans.comparing import SECTIONS, fields_of, said
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import plans_of


@dataclass(frozen=True)
class Line:
    """A field, with what it says in the version and, where two are compared, in the one before."""

    title: str
    before: list[str]
    after: list[str]


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def plans(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """`?version=N` is shown, the newest unless told; beside `?beside=M`, the one before it unless
    told, only what differs; `?beside=` shows the version whole."""
    patient = request.access.patient(patient_id)
    versions = list(plans_of(patient))
    by_number = {str(plan.version): plan for plan in versions}
    after = by_number.get(request.GET.get("version", ""), versions[0] if versions else None)
    before = _beside(request, after, by_number)
    return render(
        request,
        "therapy/plans/plans.html",
        {
            "patient": patient,
            "versions": versions,
            "after": after,
            "before": before,
            "may_write": request.access.allows(Act.CHANGE_CARE, patient.clinic_id),
            "titles": [f"Version {plan.version}" if plan else "" for plan in (before, after)],
            "sections": sections_between(before, after) if after else {},
        },
    )


def _beside(
    request: HttpRequest, after: SessionPlan | None, by_number: dict[str, SessionPlan]
) -> SessionPlan | None:
    if after is None or request.GET.get("beside") == "":
        return None
    asked = request.GET.get("beside", str(after.version - 1))
    return by_number.get(asked) or by_number.get(str(after.version - 1))


def sections_between(before: SessionPlan | None, after: SessionPlan) -> dict[str, list[Line]]:
    """The fields in which they differ, by section, none of a section in which nothing does; all
    that `after` says where nothing was before."""
    later = said(after)
    earlier = said(before) if before else {}
    found = {
        section: [
            Line(title_of(name), lines_of(name, earlier.get(name)), lines_of(name, later[name]))
            for name in fields_of(section)
            if before is None or earlier[name] != later[name]
        ]
        for section in SECTIONS
    }
    return {section: lines for section, lines in found.items() if lines}
