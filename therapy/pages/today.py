"""The therapist's day: who needs them, and the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.caseload.today import MOST, Today, today_of
from therapy.pages.requests import StaffRequest, asked_for
from therapy.people.models import Patient
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import Severity


@dataclass(frozen=True)
class Line:
    """One patient, what is the matter, and what follows. `at`: since or until when."""

    patient: Patient
    says: str
    action: str
    address: str
    at: datetime | None = None
    is_urgent: bool = False


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lines: list[Line]
    has_more: bool


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def today(request: StaffRequest) -> HttpResponse:
    """Of one's own patients; of all with `?who=all`, and where one has none."""
    everyone = request.access.patients()
    own = everyone.filter(therapist__user=request.user)
    has_own = own.exists()
    is_all = asked_for(request, "who") == "all" or not has_own
    found = today_of(everyone if is_all else own, timezone.now())
    needs, others = _needs(found), _others(found)
    return render(
        request,
        "therapy/people/today.html",
        {
            "needs": [one for one in needs if one.lines],
            "others": [one for one in others if one.lines],
            "is_all": is_all,
            "has_own": has_own,
            "most": MOST,
        },
    )


def _needs(found: Today) -> list[Section]:
    return [
        _section("flags", "Flags that stand", [_flag(one) for one in found.flags]),
        _section("missed", "Sessions were missed", [_missed(one) for one in found.missing]),
        _section("reviews", "Plans to review", [_review(one) for one in found.reviews]),
        _section("unplanned", "Without a plan yet", [_plan(one) for one in found.unplanned]),
    ]


def _others(found: Today) -> list[Section]:
    return [
        _section("phones", "Phones not seen for a week", [_phone(one) for one in found.unseen]),
        _section("well", "Listening as planned", [_well(one) for one in found.well]),
    ]


def _section(key: str, title: str, lines: list[Line]) -> Section:
    return Section(key, title, lines[:MOST], has_more=len(lines) > MOST)


def _flag(flag: SafetyFlag) -> Line:
    return Line(
        patient=flag.patient,
        says=flag.definition.title,
        action="Look, and say what was done",
        address=_at(flag.patient, "safety-flags"),
        at=flag.raised_at,
        is_urgent=flag.severity == Severity.URGENT,
    )


def _missed(patient: Patient) -> Line:
    summary = patient.outcome_summary
    due = summary.held_lately + summary.missed_lately
    return Line(
        patient=patient,
        says=f"{summary.missed_lately} of {due} in the last two weeks",
        action="See which",
        address=_at(patient, "listening-as-planned"),
    )


def _review(patient: Patient) -> Line:
    day = patient.review_on  # type: ignore[attr-defined]  # annotated
    return Line(
        patient=patient,
        says=f"The plan is to be looked at on {day.day} {day:%B %Y}",
        action="Review the goals",
        address=_at(patient, "goals"),
    )


def _plan(patient: Patient) -> Line:
    return Line(
        patient,
        "Agreed to care; nothing is prescribed",
        "Open the patient’s page",
        _at(patient, "plan"),
    )


def _phone(patient: Patient) -> Line:
    seen: datetime | None = patient.seen_at  # type: ignore[attr-defined]  # annotated
    return Line(
        patient=patient,
        says="No phone was seen yet" if seen is None else "Last seen",
        action="Look at the phones",
        address=_at(patient, "phones"),
        at=seen,
    )


def _well(patient: Patient) -> Line:
    held = patient.outcome_summary.held_lately
    return Line(
        patient=patient,
        says=f"All {held} in the last two weeks",
        action="See how it went",
        address=_at(patient, "moods"),
    )


def _at(patient: Patient, anchor: str) -> str:
    return f"{reverse('patient', args=[patient.id])}#{anchor}"
