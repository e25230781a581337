"""Whether a patient listens as the plan has it: a panel of their page."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from therapy.people.models import Patient
from therapy.plans.selectors import current_plan
from therapy.sessions.adherence import Kept, Outcome, kept_occasions

SPAN = timedelta(days=28)
WORDS = {
    Outcome.HELD: "held",
    Outcome.SKIPPED: "skipped: the patient said no",
    Outcome.EXPIRED: "ran out: offered, and nothing was said",
    Outcome.MISSED: "missed: nothing was reported",
    Outcome.NOT_KNOWN: "not known: no phone was heard of since",
    Outcome.OPEN: "may still be begun",
}
SHORT = {
    Outcome.SKIPPED: "skipped",
    Outcome.EXPIRED: "ran out",
    Outcome.MISSED: "missed",
    Outcome.NOT_KNOWN: "not known yet",
    Outcome.OPEN: "still open",
}


@dataclass(frozen=True)
class OccasionLine:
    """An occasion by the patient's wall clock, and what became of it."""

    at: datetime
    outcome: str
    needs_attention: bool


class AdherencePanel:
    """The occasions of the last four weeks, counted and listed."""

    title = "Listening as planned"
    template_name = "therapy/people/adherence_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        now = timezone.now()
        plan = current_plan(patient)
        found = kept_occasions(patient, since=now - SPAN, now=now)
        return {
            "days": SPAN.days,
            "zone": patient.time_zone,
            "number": len(found),
            "plan": plan,
            "sets_times": plan is not None and bool(plan.schedule),
            "in_words": in_words(found),
            "lines": [_line(kept, ZoneInfo(patient.time_zone)) for kept in reversed(found)],
        }


def in_words(found: list[Kept]) -> str:
    """9 of 12 held; 1 skipped, 2 missed."""
    counts = Counter(kept.outcome for kept in found)
    others = [f"{counts[outcome]} {word}" for outcome, word in SHORT.items() if counts[outcome]]
    held = f"{counts[Outcome.HELD]} of {len(found)} held"
    return f"{held}; {', '.join(others)}" if others else held


def _line(kept: Kept, zone: ZoneInfo) -> OccasionLine:
    return OccasionLine(
        at=kept.occasion.opens.astimezone(zone),
        outcome=WORDS[kept.outcome],
        needs_attention=kept.outcome == Outcome.MISSED,
    )
