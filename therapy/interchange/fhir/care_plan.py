"""Every version of a session plan. Free texts only where they were asked for."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from therapy.encryption import encrypted_fields
from therapy.interchange.fhir.care_plan_parts import (
    activities,
    mood_goal,
    notes_of,
    set_goals,
)
from therapy.interchange.fhir.naming import (
    Resource,
    free_text,
    local_concept,
    on_the_clock,
    reference,
)
from therapy.people.models import Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing

STATUS = {
    Standing.ACTIVE: "active",
    Standing.PAUSED: "on-hold",
    Standing.ENDED: "completed",
}
REPLACED = "revoked"  # also a plan that nobody follows because care was withdrawn


def care_plan_resources(
    patient: Patient, zone: ZoneInfo, *, in_care: bool, notes: bool
) -> Iterator[Resource]:
    """The versions, oldest first, each replacing the one before.

    `notes`: with indication, rationale, goals, stop criteria and homework; the crisis plan and the
    contact stay here in any case, for they tell of other people. Raises CannotDecrypt with them.
    """
    found = SessionPlan.objects.filter(patient=patient).order_by("version")
    plans = list(found if notes else found.defer(*encrypted_fields(SessionPlan)))
    newest = PlanStanding.objects.filter(patient=patient).defer("reason").order_by("-id").first()
    standing = Standing.ACTIVE if newest is None else Standing(newest.standing)
    for index, plan in enumerate(plans):
        later = plans[index + 1] if index + 1 < len(plans) else None
        if later is not None:
            status = REPLACED
            end: datetime | None = later.created_at
        else:
            status = STATUS[standing] if in_care else REPLACED
            end = newest.set_at if newest is not None and standing == Standing.ENDED else None
        before = plans[index - 1] if index else None
        yield _resource(plan, zone, status=status, end=end, before=before, notes=notes)


def _resource(
    plan: SessionPlan,
    zone: ZoneInfo,
    *,
    status: str,
    end: datetime | None,
    before: SessionPlan | None,
    notes: bool,
) -> Resource:
    period = {"start": on_the_clock(plan.created_at, zone)}
    if end is not None:
        period["end"] = on_the_clock(max(end, plan.created_at), zone)
    goals = [mood_goal(plan, status), *(set_goals(plan, status) if notes else [])]
    resource: Resource = {
        "resourceType": "CarePlan",
        "id": str(plan.id),
        "contained": goals,
        "status": status,
        "intent": "plan",
        "category": [local_concept("listening-plan", "Plan of music listening")],
        "title": f"Plan of music listening, version {plan.version}",
        "subject": reference("Patient", plan.patient_id),
        "period": period,
        "created": on_the_clock(plan.created_at, zone),
        "goal": [{"reference": f"#{goal['id']}"} for goal in goals],
        "activity": activities(plan, zone, status),
    }
    if before is not None:
        resource["replaces"] = [reference("CarePlan", before.id)]
    if notes and (indication := free_text(plan.indication)):
        resource["description"] = indication
    if notes and (said := notes_of(plan)):
        resource["note"] = said
    return resource
