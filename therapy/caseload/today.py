"""Who needs somebody today, who does well, and whose phone was not seen.

Each of these is one query with a limit: what is beyond it is in the list of patients.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from therapy.people.models import Consent, Device, Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing
from therapy.safety.models import SafetyFlag

MOST = 20  # of a kind
MISSED = 2  # times of the last two weeks
WELL = 3  # times held, and none missed
REVIEW_AHEAD = timedelta(days=7)
UNSEEN = timedelta(days=7)


@dataclass(frozen=True)
class Today:
    """At most MOST + 1 of each: whoever shows them can tell that there are more."""

    flags: list[SafetyFlag]
    missing: list[Patient]
    """With `outcome_summary`; most missed first."""
    reviews: list[Patient]
    """With `review_on` of the plan; the longest due first."""
    unplanned: list[Patient]
    """They agreed to care, and have no plan."""
    unseen: list[Patient]
    """They have a plan in force. With `seen_at` of the phone that was seen last; None where none
    is connected, or it was never seen."""
    well: list[Patient]
    """With `outcome_summary`."""


def today_of(patients: QuerySet[Patient], now: datetime) -> Today:
    """Of these patients. Six queries."""
    return Today(
        flags=_flags(patients),
        missing=_missing(patients),
        reviews=_reviews(patients, now.date()),
        unplanned=_unplanned(patients),
        unseen=_unseen(patients, now),
        well=_well(patients),
    )


def _some(patients: QuerySet[Patient], *order: object) -> list[Patient]:
    return list(patients.order_by(*order, "code", "id")[: MOST + 1])  # type: ignore[arg-type]


def _flags(patients: QuerySet[Patient]) -> list[SafetyFlag]:
    standing = SafetyFlag.objects.filter(patient__in=patients.values("pk"), acknowledged_at=None)
    newest = standing.select_related("patient").order_by("-severity", "-raised_at", "id")
    return list(newest[: MOST + 1])  # "urgent" > "attention"


def _missing(patients: QuerySet[Patient]) -> list[Patient]:
    missed = patients.filter(outcome_summary__missed_lately__gte=MISSED)
    return _some(missed.select_related("outcome_summary"), "-outcome_summary__missed_lately")


def _well(patients: QuerySet[Patient]) -> list[Patient]:
    held = patients.filter(outcome_summary__held_lately__gte=WELL, outcome_summary__missed_lately=0)
    flags = SafetyFlag.objects.filter(patient=OuterRef("pk"), acknowledged_at=None)
    calm = held.filter(~Exists(flags)).select_related("outcome_summary")
    return _some(calm, "-outcome_summary__held_lately")


def _reviews(patients: QuerySet[Patient], today: date) -> list[Patient]:
    due = _standing(patients).annotate(review_on=Subquery(_plans().values("review_on")[:1]))
    due = due.filter(review_on__lte=today + REVIEW_AHEAD)
    return _some(due.exclude(standing=Standing.ENDED), "review_on")


def _unplanned(patients: QuerySet[Patient]) -> list[Patient]:
    care = Consent.objects.filter(patient=OuterRef("pk"), scope=Consent.Scope.CARE).order_by("-id")
    agreed = patients.annotate(agreed=Subquery(care.values("given")[:1])).filter(agreed=True)
    return _some(agreed.filter(~Exists(_plans())), "created_at")


def _unseen(patients: QuerySet[Patient], now: datetime) -> list[Patient]:
    phones = Device.objects.filter(patient=OuterRef("pk"), revoked_at=None)
    newest = phones.order_by(F("last_seen_at").desc(nulls_last=True))
    listening = _standing(patients).filter(Exists(_plans()), standing=Standing.ACTIVE)
    found = listening.annotate(seen_at=Subquery(newest.values("last_seen_at")[:1]))
    long_ago = Q(seen_at=None) | Q(seen_at__lt=now - UNSEEN)
    return _some(found.filter(long_ago), F("seen_at").asc(nulls_first=True))


def _plans() -> QuerySet[SessionPlan]:
    """The newest first, of the patient of the query around it."""
    return SessionPlan.objects.filter(patient=OuterRef("pk")).order_by("-version")


def _standing(patients: QuerySet[Patient]) -> Any:
    """The patients with `standing` of the plan."""
    newest = PlanStanding.objects.filter(patient=OuterRef("pk")).order_by("-id")
    stands = Coalesce(Subquery(newest.values("standing")[:1]), Value(Standing.ACTIVE.value))
    return patients.annotate(standing=stands)
