"""What the sessions of a trial in one patient say, and how many of them it takes."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from therapy.people.models import Patient
from therapy.sessions.models import ListeningSession, MoodRating, SessionNotHeld
from therapy.statistics.drift import ORDINARY_LISTENING, PRIOR
from therapy.statistics.single_case import Comparison, NotDesigned, compare, deviation_around, power
from therapy.trials.models import Arm, Trial
from therapy.trials.selectors import End

FEWEST_OF_ONES_OWN = 12  # sessions, for how much they vary; a step of ours
EFFECTS = (0.1, 0.2, 0.3, 0.4)  # on −1..1
AROUND = (MoodRating.Phase.BEFORE, MoodRating.Phase.AFTER)


@dataclass(frozen=True)
class Sitting:
    """A session that followed an assignment. Moods are on the trial's axis, −1..1; None where the
    patient did not say."""

    session: uuid.UUID
    started_at: datetime
    block: int
    arm: str
    before: float | None
    after: float | None

    @property
    def counts(self) -> bool:
        """Whether both moods were said."""
        return self.before is not None and self.after is not None


@dataclass(frozen=True)
class Variation:
    """How much sessions vary around what the mood before explains, and where that is from."""

    deviation: float
    source: str


def sittings_of(trial: Trial, end: End | None) -> list[Sitting]:
    """The sessions that followed the trial's assignments before it was over, oldest first: of
    several that say the same one, the first. Two queries."""
    sessions = ListeningSession.objects.filter(assignment__trial=trial, plan=trial.plan_id)
    if end is not None:
        sessions = sessions.filter(started_at__lte=end.at)
    first: dict[Any, ListeningSession] = {}
    for session in sessions.select_related("assignment").order_by("started_at", "id"):
        first.setdefault(session.assignment_id, session)
    moods = _moods(
        MoodRating.objects.filter(session__in=[one.id for one in first.values()]), trial.axis
    )
    return [
        Sitting(
            session=session.id,
            started_at=session.started_at,
            block=session.assignment.block,
            arm=session.assignment.arm,
            before=moods[session.id].get(MoodRating.Phase.BEFORE),
            after=moods[session.id].get(MoodRating.Phase.AFTER),
        )
        for session in first.values()
        if session.assignment is not None
    ]


def not_held_in(trial: Trial, end: End | None) -> int:
    """How many sessions the phone offered meanwhile that were not held."""
    offered = SessionNotHeld.objects.filter(plan=trial.plan_id, offered_at__gte=trial.begun_at)
    if end is not None:
        offered = offered.filter(offered_at__lte=end.at)
    return offered.count()


def comparison_of(sittings: Iterable[Sitting]) -> Comparison | None:
    """Of B against A, from the sessions that count; None where one arm has none."""
    used = [one for one in sittings if one.counts]
    try:
        return compare(
            [int(one.arm == Arm.B) for one in used],
            [one.block for one in used],
            [one.before or 0.0 for one in used],
            [one.after or 0.0 for one in used],
        )
    except NotDesigned:
        return None


def probability_of_benefit(trial: Trial, found: Comparison) -> float:
    """That the mood after B is better than after A, whichever way is better in this trial."""
    return found.higher if trial.higher_is_better else 1 - found.higher


def as_it_stands(trial: Trial, found: Comparison | None) -> dict[str, Any] | None:
    """What is kept of the estimate with a decision."""
    if found is None:
        return None
    return asdict(found) | {
        "axis": trial.axis,
        "probability_of_benefit": probability_of_benefit(trial, found),
    }


def variation_of(patient: Patient, axis: str) -> Variation:
    """The patient's own where enough sessions have both moods, else that of ordinary listening."""
    ratings = MoodRating.objects.filter(patient=patient, session__isnull=False)
    pairs = [pair for pair in _moods(ratings, axis).values() if len(pair) == len(AROUND)]
    if len(pairs) < FEWEST_OF_ONES_OWN:
        return Variation(PRIOR[axis].residual, ORDINARY_LISTENING)
    before, after = ([pair[phase] for pair in pairs] for phase in AROUND)
    return Variation(deviation_around(before, after), f"{len(pairs)} sessions of this patient")


def powers(trial: Trial, deviation: float) -> list[tuple[float, float]]:
    """Each of EFFECTS with how probably a trial so designed would find it."""
    # Sessions that are all alike would find anything; nobody's are.
    spread = max(deviation, 0.01)
    return [(effect, power(effect, trial.blocks, trial.each, spread)) for effect in EFFECTS]


def means(sittings: Sequence[Sitting]) -> dict[str, float]:
    """The plain mean of the mood after, by arm that has sessions which count."""
    after: dict[str, list[float]] = defaultdict(list)
    for one in sittings:
        if one.counts and one.after is not None:
            after[one.arm].append(one.after)
    return {arm: sum(values) / len(values) for arm, values in after.items()}


def _moods(ratings: QuerySet[MoodRating], axis: str) -> dict[uuid.UUID | None, dict[str, float]]:
    """By session and phase; of several in a phase the last counts."""
    found: dict[uuid.UUID | None, dict[str, float]] = defaultdict(dict)
    rows = ratings.filter(phase__in=AROUND).order_by("rated_at", "id")
    for session, phase, value in rows.values_list("session_id", "phase", axis):
        found[session][phase] = value
    return found
