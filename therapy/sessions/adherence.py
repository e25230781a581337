"""Which of the occasions that a plan set were kept, and what became of the others.

Skipped, expired and missed are three facts. Phones report the first two; the third is the server's
own judgement, made only once a phone has been heard of after the occasion closed: until then the
patient may have listened offline.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from therapy.people.models import Device, Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing
from therapy.plans.schedule import Occasion, occasions
from therapy.sessions.models import ListeningSession, SessionNotHeld

EARLY = timedelta(minutes=5)
"""How long before it opens an occasion may be begun and still count: clocks differ."""


class Outcome(StrEnum):
    """What became of an occasion."""

    HELD = "held"
    SKIPPED = "skipped"  # the patient said no
    EXPIRED = "expired"  # it was offered, and its time ran out
    MISSED = "missed"  # closed, and a phone that was heard of since reports nothing
    NOT_KNOWN = "not-known"  # closed, and no phone was heard of since
    OPEN = "open"  # may still be begun


@dataclass(frozen=True)
class Kept:
    """An occasion, the plan that set it, and what became of it."""

    occasion: Occasion
    plan: SessionPlan
    outcome: Outcome


def kept_occasions(patient: Patient, *, since: datetime, now: datetime) -> list[Kept]:
    """Every occasion that opened in since ≤ opens < now, oldest first, under the plan that was in
    force then; none for the time of a pause or after an end.

    A session keeps one occasion at most. Times are on the patient's wall clock of today's zone.
    Five queries.
    """
    due = list(_due(patient, since, now))
    reach = (since - EARLY, now)
    held = _matched([one for one, _ in due], _starts(patient, reach))
    others = [one for one, _ in due if one not in held]
    not_held = _not_held(patient, reach)
    reported = _matched(others, not_held)
    heard_until = _heard_until(patient)
    found = []
    for occasion, plan in due:
        if occasion in held:
            outcome = Outcome.HELD
        elif occasion in reported:
            outcome = Outcome(not_held[reported[occasion]])
        else:
            outcome = _without_report(occasion, heard_until, now)
        found.append(Kept(occasion, plan, outcome))
    return found


def _without_report(occasion: Occasion, heard_until: datetime | None, now: datetime) -> Outcome:
    if occasion.closes > now:
        return Outcome.OPEN
    heard_since = heard_until is not None and heard_until > occasion.closes
    return Outcome.MISSED if heard_since else Outcome.NOT_KNOWN


def _due(
    patient: Patient, since: datetime, now: datetime
) -> Iterator[tuple[Occasion, SessionPlan]]:
    """The occasions with the plan that set them, while it stood."""
    plans = list(SessionPlan.objects.filter(patient=patient).order_by("version"))
    standings = list(PlanStanding.objects.filter(patient=patient).order_by("id"))
    ends = [*(plan.created_at for plan in plans), now][1:]
    for plan, end in zip(plans, ends, strict=True):
        start = max(since, plan.created_at)
        for occasion in occasions(plan.schedule, patient.time_zone, start, min(end, now)):
            if _stood(standings, occasion.opens):
                yield occasion, plan


def _stood(standings: Sequence[PlanStanding], moment: datetime) -> bool:
    before = [one for one in standings if one.set_at <= moment]
    return not before or before[-1].standing == Standing.ACTIVE


def _starts(patient: Patient, reach: tuple[datetime, datetime]) -> list[datetime]:
    held = ListeningSession.objects.filter(patient=patient, started_at__range=reach)
    return list(held.order_by("started_at").values_list("started_at", flat=True))


def _not_held(patient: Patient, reach: tuple[datetime, datetime]) -> dict[datetime, str]:
    """The outcome by when it was offered; of two at one instant the last that was decided."""
    reports = SessionNotHeld.objects.filter(patient=patient, offered_at__range=reach)
    return dict(reports.order_by("decided_at").values_list("offered_at", "outcome"))


def _heard_until(patient: Patient) -> datetime | None:
    seen = Device.objects.filter(patient=patient).values_list("last_seen_at", flat=True)
    return max((at for at in seen if at is not None), default=None)


def _matched(due: Iterable[Occasion], instants: Iterable[datetime]) -> dict[Occasion, datetime]:
    """Each instant with the first occasion that it falls into and that no earlier one took."""
    taken: dict[Occasion, datetime] = {}
    for instant in sorted(instants):
        for occasion in due:
            if occasion not in taken and occasion.opens - EARLY <= instant <= occasion.closes:
                taken[occasion] = instant
                break
    return taken
