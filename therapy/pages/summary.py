"""What a patient's listening came to in a period, on one page of paper for the chart."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages import measure_lines, patient_page
from therapy.pages.adherence import in_words as kept_in_words
from therapy.pages.charts.course import beyond_drift, course_charts
from therapy.pages.charts.moods import mood_charts
from therapy.pages.charts.sittings import AROUSAL, VALENCE, SessionMood
from therapy.pages.plan_words import in_words
from therapy.pages.requests import StaffRequest, asked_for, day_of
from therapy.people.models import Patient
from therapy.plans.reviewing import goal_reviews_of
from therapy.plans.selectors import current_plan, standing_of
from therapy.safety.selectors import flags_of
from therapy.sessions.adherence import kept_occasions
from therapy.sessions.models import ListeningSession, MeasureResponse, TrackPlay
from therapy.statistics.drift import ORDINARY_LISTENING

DAYS = 90  # of the period where none is asked for
CHARTED = 24  # sessions, the latest: as many as can be told apart on paper
MEASURES, FLAGS = 6, 6  # as many as leave the rest of the page its room


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last among them, in the site's time zone."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """Up to now where the last day is not over."""
        return min(_midnight(self.last + timedelta(days=1)), timezone.now())

    @property
    def weeks(self) -> float:
        return ((self.last - self.first).days + 1) / 7

    def of(self, field: str) -> dict[str, datetime]:
        """As lookups of a field."""
        return {f"{field}__gte": self.since, f"{field}__lt": self.until}


@dataclass(frozen=True)
class Listening:
    """`occasions`: in words; empty where the plan set none."""

    occasions: str
    sessions: int
    stopped: int
    minutes: int
    minutes_a_week: float


@dataclass(frozen=True)
class AxisLine:
    """Means over sessions, each −1..1; `beyond`: after, minus what was expected."""

    name: str
    before: float
    after: float
    beyond: float


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def summary(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """`?from=2026-08-01&to=2026-10-31`; without them the last 90 days."""
    patient = request.access.patient(patient_id)
    period, problems = _period(request)
    return render(
        request,
        "therapy/people/summary.html",
        {
            "patient": patient,
            "period": period,
            "typed": {name: asked_for(request, name) for name in ("from", "to")},
            "problems": problems,
            "printed_at": timezone.now(),
            **_told(patient, period),
        },
        status=400 if problems else 200,
    )


def _told(patient: Patient, period: Period) -> dict[str, Any]:
    plan = current_plan(patient)
    charted = patient_page.charted_sessions(patient).filter(**period.of("started_at"))
    moods = patient_page.session_moods(charted)
    shown = moods[-CHARTED:]
    flags = list(flags_of(patient).filter(**period.of("raised_at")))
    reviews = goal_reviews_of(patient)
    return {
        "plan": plan,
        "plan_words": in_words(plan) if plan is not None else None,
        "standing": standing_of(patient),
        "listening": _listening(patient, period),
        "rated": len(moods),
        "shown": len(shown),
        "axes": _axes(moods),
        "charts": mood_charts(shown) if shown else (),
        "findings": [one for chart in course_charts(shown) for one in chart.findings],
        "drift_source": ORDINARY_LISTENING,
        "measure_lines": measure_lines.lines_of(_newest_answers(patient, period)),
        "review": reviews.filter(reviewed_on__range=(period.first, period.last)).first(),
        "flags": Counter(flag.definition.title for flag in flags).most_common(FLAGS),
        "standing_flags": sum(flag.acknowledged_at is None for flag in flags),
    }


def _period(request: StaffRequest) -> tuple[Period, dict[str, str]]:
    """What was asked for, or the usual period where that is none, and why."""
    today = timezone.localdate()
    usual = Period(today - timedelta(days=DAYS - 1), today)
    found: dict[str, date | None] = {}
    problems: dict[str, str] = {}
    for name in ("from", "to"):
        try:
            found[name] = day_of(asked_for(request, name))
        except ValueError:
            problems[name] = "Write a day as 2026-03-31."
    if problems:
        return usual, problems
    last = found["to"] or today
    first = found["from"] or last - timedelta(days=DAYS - 1)
    if first > last:
        return usual, {"to": "The last day is before the first."}
    if first > today:
        return usual, {"from": "This day is still to come."}
    return Period(first, last), {}


def _listening(patient: Patient, period: Period) -> Listening:
    due = kept_occasions(patient, since=period.since, now=period.until)
    held = ListeningSession.objects.filter(patient=patient, **period.of("started_at"))
    endings = Counter(held.order_by().values_list("ending", flat=True))
    plays = TrackPlay.objects.filter(patient=patient, **period.of("started_at"))
    minutes = (plays.aggregate(heard=Sum("seconds_heard"))["heard"] or 0) / 60
    return Listening(
        occasions=kept_in_words(due) if due else "",
        sessions=endings.total(),
        stopped=endings[ListeningSession.Ending.STOPPED],
        minutes=round(minutes),
        minutes_a_week=minutes / period.weeks,
    )


def _axes(moods: Sequence[SessionMood]) -> list[AxisLine]:
    return [
        AxisLine(
            name=axis.name,
            before=fmean(axis.of(one.before) for one in moods),
            after=fmean(axis.of(one.after) for one in moods),
            beyond=fmean(beyond_drift(axis, one) for one in moods),
        )
        for axis in (VALENCE, AROUSAL)
        if moods
    ]


def _newest_answers(patient: Patient, period: Period) -> list[MeasureResponse]:
    """The last answer to each measure."""
    answered = measure_lines.responses_of(patient).filter(
        state=MeasureResponse.State.ANSWERED, **period.of("answered_at")
    )
    same = answered.filter(measure=OuterRef("measure")).order_by("-answered_at", "-id")
    return list(answered.filter(id=Subquery(same.values("id")[:1]))[:MEASURES])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
