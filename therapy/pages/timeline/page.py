"""The timeline's page: a month of one patient, all kinds of events or one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.requests import StaffRequest, asked_for
from therapy.pages.timeline.sources import Event, Source, Span, sources
from therapy.people.models import Patient
from therapy.sessions.models import ListeningSession


@dataclass(frozen=True)
class Line:
    """An event, and the title of its kind."""

    kind: str
    event: Event


@dataclass(frozen=True)
class Day:
    day: date
    lines: tuple[Line, ...]


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def timeline(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """`?month=2026-10&kind=plans`; without a month the newest one, without a kind all of them."""
    patient = request.access.patient(patient_id)
    allowed = [one for one in sources() if request.access.allows(one.act, patient.clinic_id)]
    wanted = asked_for(request, "kind")
    chosen = [one for one in allowed if one.key == wanted] or allowed
    months = _months(patient)
    typed = asked_for(request, "month")
    month = _month(typed)
    if month is None or not months[-1] <= month <= months[0]:
        month = months[0]
    place = months.index(month)
    return render(
        request,
        "therapy/people/timeline.html",
        {
            "patient": patient,
            "month": month,
            "months": months,
            "later": months[place - 1] if place else None,
            "earlier": months[place + 1] if place + 1 < len(months) else None,
            "kinds": allowed,
            "kind": chosen[0].key if len(chosen) == 1 else "",
            "is_other_month": bool(typed) and typed != f"{month:%Y-%m}",
            "days": _days(patient, chosen, _span(month)),
        },
    )


def _days(patient: Patient, chosen: Sequence[Source], span: Span) -> list[Day]:
    """The newest first."""
    lines = [Line(one.title, event) for one in chosen for event in one.events(patient, span)]
    lines.sort(key=lambda line: line.event.at, reverse=True)
    return [Day(day, tuple(found)) for day, found in groupby(lines, key=_day_of)]


def _day_of(line: Line) -> date:
    return timezone.localdate(line.event.at)


def _months(patient: Patient) -> list[date]:
    """The first days of all months from the first thing known to now, the newest first. Phones may
    have reported sessions that were held before the patient was written down here."""
    held = ListeningSession.objects.filter(patient=patient)
    first_held = held.aggregate(first=Min("started_at"))["first"]
    known = [patient.created_at, first_held] if first_held is not None else [patient.created_at]
    first = timezone.localdate(min(known)).replace(day=1)
    months = [timezone.localdate().replace(day=1)]
    while months[-1] > first:
        months.append(_month_before(months[-1]))
    return months


def _month_before(month: date) -> date:
    last = month.month == 1
    return date(month.year - last, 12 if last else month.month - 1, 1)


def _month(typed: str) -> date | None:
    try:
        return datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007  # a month, in no zone
    except ValueError:
        return None


def _span(month: date) -> Span:
    """From the midnight that the month begins with to the next one's, in the site's time zone."""
    last = month.month == 12
    following = date(month.year + last, 1 if last else month.month + 1, 1)
    zone = timezone.get_current_timezone()
    since, until = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (month, following))
    return Span(since, until)
