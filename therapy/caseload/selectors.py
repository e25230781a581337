"""Reads of patients, beside what was prescribed, what happened and what was flagged."""

from datetime import UTC, datetime

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from therapy.people.models import Device, Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing
from therapy.safety.models import SafetyFlag
from therapy.sessions.models import ListeningSession

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
NO_PLAN = "none"


def with_last_session(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """The patients with `last_session_id` and `last_session_at` of the session that began last."""
    latest = ListeningSession.objects.filter(patient=OuterRef("pk")).order_by("-started_at", "-id")
    return patients.annotate(
        last_session_id=Subquery(latest.values("id")[:1]),
        last_session_at=Subquery(latest.values("started_at")[:1]),
    )


def with_facts(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """The patients, each with `last_session_at`, `recency` (the same, and a time before
    all where there was none), `phone_connected`, `has_open_flags`, `plan_version`, `planned_at` and
    `plan_standing`, which is `none` without a plan. One query."""
    plans = SessionPlan.objects.filter(patient=OuterRef("pk")).order_by("-version")
    standing = PlanStanding.objects.filter(patient=OuterRef("patient")).order_by("-id")
    phones = Device.objects.filter(patient=OuterRef("pk"), revoked_at=None)
    flags = SafetyFlag.objects.filter(patient=OuterRef("pk"), acknowledged_at=None)
    stands = plans.annotate(
        stands=Coalesce(Subquery(standing.values("standing")[:1]), Value(Standing.ACTIVE.value))
    )
    at_hand = patients.select_related("clinic", "therapist__user")
    return with_last_session(at_hand).annotate(
        recency=Coalesce("last_session_at", Value(BEFORE_ALL, DateTimeField())),
        phone_connected=Exists(phones),
        has_open_flags=Exists(flags),
        plan_version=Subquery(plans.values("version")[:1]),
        planned_at=Subquery(plans.values("created_at")[:1]),
        plan_standing=Coalesce(Subquery(stands.values("stands")[:1]), Value(NO_PLAN)),
    )
