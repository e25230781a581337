"""A patient's reports, summed by month. Reads and adds; writes nothing."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import hypot
from typing import Any

from therapy.outcomes.models import ListeningMonth, MeasureMonth, MoodMonth
from therapy.people.models import Patient
from therapy.sessions.adherence import Kept, Outcome, kept_occasions
from therapy.sessions.models import ListeningSession, MeasureResponse, MoodRating

Mood = tuple[float, float]
Key = tuple[uuid.UUID, date]

LATELY = timedelta(days=14)
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
BOTH = (MoodRating.Phase.BEFORE, MoodRating.Phase.AFTER)


@dataclass(frozen=True)
class Months:
    """Rows to be written."""

    moods: list[MoodMonth]
    listening: list[ListeningMonth]
    measures: list[MeasureMonth]
    lately: dict[uuid.UUID, Counter[Outcome]]
    """By patient, what became of the occasions of the last LATELY."""

    def by_table(self) -> tuple[tuple[type[Any], Sequence[Any]], ...]:
        return (
            (MoodMonth, self.moods),
            (ListeningMonth, self.listening),
            (MeasureMonth, self.measures),
        )


def months_of(patients: Sequence[Patient], now: datetime) -> Months:
    """Of all that these patients reported until now. Three queries, and five for each of them."""
    sessions = list(_sessions(patients))
    moods = _moods(patients)
    kept = {one.id: kept_occasions(one, since=SINCE_EVER, now=now) for one in patients}
    return Months(
        moods=list(_mood_months(sessions, moods)),
        listening=list(_listening_months(sessions, moods, kept)),
        measures=list(_measure_months(patients)),
        lately={
            patient: Counter(one.outcome for one in of_one if one.occasion.opens > now - LATELY)
            for patient, of_one in kept.items()
        },
    )


def aim_of(before: Mood, target: Mood | None, hold_radius: float) -> MoodMonth.Aim:
    """What a session was to do to the mood. Nearer to the target than the plan's own radius, the
    phone plays what keeps the mood where it is. Without a plan it was to calm."""
    if target is None:
        return MoodMonth.Aim.CALM
    if hypot(before[0] - target[0], before[1] - target[1]) < hold_radius:
        return MoodMonth.Aim.HOLD
    return MoodMonth.Aim.CALM if target[1] <= 0 else MoodMonth.Aim.LIVELY


@dataclass(frozen=True)
class _Sitting:
    id: uuid.UUID
    patient: uuid.UUID
    month: date
    ending: str
    seconds: float
    target: Mood | None
    hold_radius: float


def _sessions(patients: Sequence[Patient]) -> Iterator[_Sitting]:
    plan = ("plan__target_valence", "plan__target_arousal", "plan__hold_radius")
    found = ListeningSession.objects.filter(patient__in=patients).order_by()
    rows = found.values_list("id", "patient_id", "started_at", "ended_at", "ending", *plan)
    for key, patient, started, ended, ending, valence, arousal, radius in rows.iterator():
        yield _Sitting(
            id=key,
            patient=patient,
            month=month_of(started),
            ending=ending,
            seconds=(ended - started).total_seconds() if ended is not None else 0.0,
            target=None if valence is None else (valence, arousal),
            hold_radius=radius or 0.0,
        )


def month_of(instant: datetime) -> date:
    """The first day of its month, UTC."""
    return instant.astimezone(UTC).date().replace(day=1)


def _moods(patients: Sequence[Patient]) -> dict[uuid.UUID, dict[str, Mood]]:
    """The moods around each session: of several in a phase the last, as everywhere."""
    around: dict[uuid.UUID, dict[str, Mood]] = defaultdict(dict)
    found = MoodRating.objects.filter(patient__in=patients, phase__in=BOTH, session__isnull=False)
    rows = found.order_by("rated_at", "id").values_list("session_id", "phase", "valence", "arousal")
    for session, phase, valence, arousal in rows.iterator():
        if session is not None:
            around[session][phase] = (valence, arousal)
    return around


def _mood_months(
    sessions: Iterable[_Sitting], moods: dict[uuid.UUID, dict[str, Mood]]
) -> Iterator[MoodMonth]:
    sums: dict[tuple[uuid.UUID, date, str], Counter[str]] = defaultdict(Counter)
    for one in sessions:
        around = moods.get(one.id, {})
        if len(around) < len(BOTH):
            continue
        before, after = around["before"], around["after"]
        aim = aim_of(before, one.target, one.hold_radius)
        sums[one.patient, one.month, aim].update(_terms(before, after))
    for (patient, month, of_aim), total in sums.items():
        yield MoodMonth(patient_id=patient, month=month, aim=of_aim, **total)


def _terms(before: Mood, after: Mood) -> dict[str, Any]:
    """What one session adds to the columns of MoodMonth."""
    terms: dict[str, Any] = {"sessions": 1}
    for axis, first, last in zip(("valence", "arousal"), before, after, strict=True):
        terms[f"{axis}_before"] = first
        terms[f"{axis}_after"] = last
        terms[f"{axis}_before_squared"] = first**2
        terms[f"{axis}_after_squared"] = last**2
        terms[f"{axis}_product"] = first * last
    return terms


LISTENED = ("sessions", "completed", "stopped", "both_moods", "only_before", "only_after")
OCCASIONS = {
    Outcome.HELD: "held",
    Outcome.SKIPPED: "skipped",
    Outcome.EXPIRED: "expired",
    Outcome.MISSED: "missed",
    Outcome.NOT_KNOWN: "not_known",
}


def _listening_months(
    sessions: Iterable[_Sitting],
    moods: dict[uuid.UUID, dict[str, Mood]],
    kept: dict[uuid.UUID, list[Kept]],
) -> Iterator[ListeningMonth]:
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    seconds: dict[Key, float] = defaultdict(float)
    for one in sessions:
        month = (one.patient, one.month)
        counts[month].update(_facts(one, moods.get(one.id, {})))
        seconds[month] += one.seconds
    for patient, of_one in kept.items():
        for each in of_one:
            if each.outcome in OCCASIONS:
                opens = month_of(each.occasion.opens)
                counts[patient, opens][OCCASIONS[each.outcome]] += 1
    names = (*LISTENED, *OCCASIONS.values())
    for (owner, first), count in counts.items():
        yield ListeningMonth(
            patient_id=owner,
            month=first,
            seconds=seconds.get((owner, first), 0.0),
            **{name: count[name] for name in names},
        )


def _facts(one: _Sitting, around: dict[str, Mood]) -> Iterator[str]:
    yield "sessions"
    if one.ending:
        yield one.ending
    if len(around) == len(BOTH):
        yield "both_moods"
    elif around:
        yield f"only_{next(iter(around))}"


def _measure_months(patients: Sequence[Patient]) -> Iterator[MeasureMonth]:
    answered = MeasureResponse.objects.filter(
        patient__in=patients, state=MeasureResponse.State.ANSWERED
    ).order_by("answered_at", "id")
    rows = answered.values_list("patient_id", "measure", "version", "scores", "answered_at")
    found: dict[Any, MeasureMonth] = {}
    for patient, measure, version, scores, at in rows.iterator():
        for scale, score in (scores or {}).items():
            month, value = month_of(at), float(score["value"])
            row = found.setdefault(
                (patient, measure, version, scale, month),
                MeasureMonth(
                    patient_id=patient,
                    measure=measure,
                    version=version,
                    scale=scale,
                    month=month,
                    answers=0,
                    first=value,
                ),
            )
            row.answers += 1
            row.last = value
    yield from found.values()
