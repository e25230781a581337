"""Why, how much and how safely a patient listens, said in plain words."""

from collections.abc import Iterable, Iterator

from therapy.measures.registry import measure
from therapy.plans.models import SessionPlan
from therapy.plans.sections.dose import Output
from therapy.plans.sections.safety import SCREENED, Screened

DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
RISKS = {
    "epilepsy": "epilepsy",
    "hyperacusis_or_tinnitus": "hyperacusis or tinnitus",
    "musical_hallucination": "musical hallucination",
    "trauma_associations": "music tied to a trauma",
    "hearing_aid": "a hearing aid",
    "drives": "driving",
}


def dose_in_words(plan: SessionPlan) -> list[str]:
    """When and how much, a sentence each; times are by the patient's own clock."""
    return [*_times(plan), *_limits(plan), *_adjuncts(plan)]


def safety_in_words(plan: SessionPlan) -> list[str]:
    """What was found, and what nobody has asked about yet."""
    found = [RISKS[name] for name in SCREENED if getattr(plan, name) == Screened.YES]
    open_ = [RISKS[name] for name in SCREENED if getattr(plan, name) == Screened.NOT_ASKED]
    lines = [f"Present: {', '.join(found)}"] if found else []
    if open_:
        lines.append(f"Not asked about yet: {', '.join(open_)}")
    if not lines:
        lines.append("Asked about, and none present")
    return lines


def days_in_words(days: Iterable[int]) -> str:
    """Days of a week, 1 (Monday) to 7."""
    named = sorted(days)
    return "Every day" if len(named) == 7 else ", ".join(DAYS[day] for day in named)


def _times(plan: SessionPlan) -> Iterator[str]:
    for slot in plan.schedule:
        yield (
            f"{days_in_words(slot['days'])} at {slot['at']} ({plan.patient.time_zone}), "
            f"to be begun within {slot['minutes']} minutes"
        )
    if not plan.schedule:
        yield "Whenever the patient likes"


def _limits(plan: SessionPlan) -> Iterator[str]:
    if plan.most_sessions_a_day is not None:
        yield f"At most {plan.most_sessions_a_day} a day"
    if plan.most_minutes_a_week is not None:
        yield f"At most {plan.most_minutes_a_week} minutes a week"
    if plan.volume_ceiling is not None:
        yield f"Volume up to {plan.volume_ceiling} % of the phone’s"
    if plan.output != Output.ANY:
        yield f"By {'headphones' if plan.output == Output.HEADPHONES else 'loudspeaker'} only"


def _adjuncts(plan: SessionPlan) -> Iterator[str]:
    if plan.breathing_rate is not None:
        yield f"Paced breathing, {plan.breathing_rate:g} breaths a minute"
    if plan.spoken_intro:
        yield "A spoken introduction"
    if plan.silence_at_end:
        yield f"{plan.silence_at_end} seconds of silence at the end"
    for asked in plan.measures:
        yield f"Asks the {measure(asked['measure']).title}, {asked['when'].replace('-', ' ')}"
