"""The only reader of session plans."""

from django.db.models import QuerySet

from therapy.people.models import Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing


def current_plan(patient: Patient) -> SessionPlan | None:
    """The version in force, with its tracks at hand, or None while nothing is prescribed.

    Three queries.
    """
    plan = plans_of(patient).first()
    if plan is not None:
        plan.patient = patient  # which is at hand
    return plan


def plans_of(patient: Patient) -> QuerySet[SessionPlan]:
    """Every version, the newest first, with their tracks at hand."""
    return (
        SessionPlan.objects.filter(patient=patient)
        .select_related("created_by", "therapist__user", "therapist__clinic")
        .prefetch_related("always_tracks", "never_tracks")
        .order_by("-version")
    )


def standing_of(patient: Patient) -> Standing:
    """Whether the patient listens by the plan now."""
    latest = PlanStanding.objects.filter(patient=patient).order_by("-id").first()
    return Standing.ACTIVE if latest is None else Standing(latest.standing)
