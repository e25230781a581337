"""What a care plan is made of: goals, activities and, where asked for, notes."""

from zoneinfo import ZoneInfo

from therapy.interchange.fhir.mood import arousal_concept, valence_concept
from therapy.interchange.fhir.naming import Resource, free_text, local_concept, quantity, reference
from therapy.plans.goals import LEVELS
from therapy.plans.models import SessionPlan

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_GOALS = {
    "active": "active",
    "on-hold": "on-hold",
    "completed": "completed",
    "revoked": "cancelled",
}
OF_ACTIVITIES = {
    "active": "in-progress",
    "on-hold": "on-hold",
    "completed": "completed",
    "revoked": "stopped",
}


def mood_goal(plan: SessionPlan, status: str) -> Resource:
    """Where the music is to lead, as a contained goal with its target."""
    valence, arousal = plan.target_valence, plan.target_arousal
    words = f"Mood after listening: valence {valence:+.2f}, arousal {arousal:+.2f}"
    return _goal(plan, "target-mood", status, words) | {
        "target": [
            {"measure": valence_concept(), "detailQuantity": quantity(valence, "1")},
            {"measure": arousal_concept(), "detailQuantity": quantity(arousal, "1")},
        ]
    }


def set_goals(plan: SessionPlan, status: str) -> list[Resource]:
    """The goals that therapist and patient set, with the levels of their attainment as notes."""
    made = []
    for number, goal in enumerate(plan.goals, start=1):
        levels = [
            {"text": f"{level:+d}: {text}"}
            for level, text in zip(LEVELS, map(free_text, goal["levels"]), strict=True)
            if text
        ]
        resource = _goal(plan, f"goal-{number}", status, free_text(goal["goal"]))
        made.append(resource | ({"note": levels} if levels else {}))
    return made


def activities(plan: SessionPlan, zone: ZoneInfo, status: str) -> list[Resource]:
    """Listening, once for each time of the week; without times, whenever the patient likes."""
    detail: Resource = {
        "code": local_concept("listening", "Music listening"),
        "status": OF_ACTIVITIES[status],
    }
    length = f"Music listening for about {plan.minutes} minutes"
    if not plan.schedule:
        return [{"detail": detail | {"description": f"{length}, whenever the patient likes"}}]
    return [
        {
            "detail": detail
            | {
                "scheduledTiming": _timing(plan, slot["days"], slot["at"]),
                "description": f"{length}, to be begun within {slot['minutes']} minutes of "
                f"{slot['at']} by the clock of {zone.key}",
            }
        }
        for slot in plan.schedule
    ]


def notes_of(plan: SessionPlan) -> list[Resource]:
    """Free texts that have no element of their own."""
    texts = {
        "Rationale": free_text(plan.rationale),
        "Stop criteria": free_text(plan.stop_criteria),
        "Homework": free_text(plan.homework),
    }
    return [{"text": f"{title}: {text}"} for title, text in texts.items() if text]


def _goal(plan: SessionPlan, id: str, status: str, words: str) -> Resource:
    return {
        "resourceType": "Goal",
        "id": id,
        "lifecycleStatus": OF_GOALS[status],
        "description": {"text": words},
        "subject": reference("Patient", plan.patient_id),
    }


def _timing(plan: SessionPlan, days: list[int], at: str) -> Resource:
    """FHIR's times of day have no zone; the description names it."""
    repeat = {
        "duration": plan.minutes,
        "durationUnit": "min",
        "frequency": len(days),
        "period": 1,
        "periodUnit": "wk",
        "dayOfWeek": [DAYS[day - 1] for day in sorted(days)],
        "timeOfDay": [f"{at}:00"],
    }
    return {"repeat": repeat}
