"""How much was listened, what was not said, and whether more listening goes with more."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from therapy.outcomes.observed import Array, Observed
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value
from therapy.sessions.adherence import Outcome
from therapy.statistics.drift import Drift
from therapy.statistics.groups import compare
from therapy.statistics.headline import FEWEST_PEOPLE, Headline
from therapy.statistics.pairs import Pairs

WEEKS_A_MONTH = 365.2425 / 12 / 7
FEWEST_FOR_A_TREND = 15  # people: three groups of five
OCCASIONS = {
    Outcome.HELD: "Held",
    Outcome.SKIPPED: "Skipped: the patient said no",
    Outcome.EXPIRED: "Ran out: offered, and nothing was said",
    Outcome.MISSED: "Missed: nothing was reported",
    Outcome.NOT_KNOWN: "Not known: no phone was heard of since",
}


def adherence_table(observed: Observed) -> Table:
    counts = {one: int(observed.listening[one.replace("-", "_")].sum()) for one in OCCASIONS}
    known = sum(counts.values()) - counts[Outcome.NOT_KNOWN]
    return Table(
        key="adherence",
        title="Listening as planned",
        lead="What became of the times that plans set.",
        columns=(
            Column("outcome", "Occasion", Kind.WORDS),
            Column("occasions", "Occasions"),
            Column("share", "Of those that are known", Kind.SHARE, is_drawn=True),
        ),
        rows=tuple(
            (words, counts[one], None if one is Outcome.NOT_KNOWN else counts[one] / known)
            for one, words in OCCASIONS.items()
        )
        if known
        else (),
        how=How(
            formula="Counts. A session keeps the first occasion that it falls into; a missed one "
            "is judged so only once a phone was heard of after it closed.",
            counted="Every time that a plan in force set, on the patient’s own clock; none during "
            "a pause. Sessions at other times are listening too, and are counted below.",
            source="The plans’ own schedules.",
        ),
        empty="No plan set times in these months.",
    )


def dose_table(observed: Observed) -> Table:
    listening = observed.listening
    listeners = listening["sessions"] > 0
    minutes = weekly_minutes(observed)[listeners]
    sessions = int(listening["sessions"].sum())
    quarters: tuple[Value, ...] = ()
    if listeners.any():
        quarters = tuple(float(one) for one in np.quantile(minutes, (0.25, 0.5, 0.75)))
    return Table(
        key="dose",
        title="Listening dose",
        lead="How much people listened in the months in which they listened at all.",
        columns=(
            Column("people", "People who listened"),
            Column("sessions", "Sessions"),
            Column("completed", "Heard to the end", Kind.SHARE),
            Column("stopped", "Stopped", Kind.SHARE),
            Column("lower", "Minutes a week: lower quartile", Kind.NUMBER),
            Column("median", "Median", Kind.NUMBER),
            Column("upper", "Upper quartile", Kind.NUMBER),
        ),
        rows=(
            (
                int(listeners.sum()),
                sessions,
                float(listening["completed"].sum()) / sessions,
                float(listening["stopped"].sum()) / sessions,
                *quarters,
            ),
        )
        if sessions
        else (),
        how=How(
            formula="Minutes from the beginning to the end of sessions, by the weeks of the months "
            "in which somebody had at least one; then quartiles of people.",
            counted="All sessions; of those whose end was never reported the length counts as 0. "
            "How loud it was is not known, so this is no sound dose.",
            source="What phones report.",
        ),
    )


def weekly_minutes(observed: Observed) -> Array:
    """[P]; 0 for who never listened."""
    weeks = np.maximum(observed.listening["months"], 1) * WEEKS_A_MONTH
    return np.asarray(observed.listening["seconds"] / 60 / weeks, np.float64)


def missing_table(observed: Observed, found: dict[str, Headline]) -> Table:
    listening = observed.listening
    sessions = float(listening["sessions"].sum())
    counts = {name: float(listening[name].sum()) for name in KNOWN}
    neither = sessions - sum(counts.values())
    rows: list[tuple[Value, ...]] = []
    if sessions:
        for name, words in (*KNOWN.items(), ("neither", "Neither")):
            count = counts.get(name, neither)
            rows.append((words, int(count), count / sessions))
    return Table(
        key="missing",
        title="What was not said",
        lead="Moods that are missing. " + _if_all_missing_were_as_expected(found, counts, sessions),
        columns=(
            Column("said", "Mood was said", Kind.WORDS),
            Column("sessions", "Sessions"),
            Column("share", "Of all", Kind.SHARE, is_drawn=True),
        ),
        rows=tuple(rows),
        how=How(
            formula="Counts. If every session without both moods had gone as expected, the effect "
            "would be what it is times the share of sessions that have both.",
            counted="All sessions. Nothing is put in the place of what was not said.",
            source="What phones report.",
        ),
    )


KNOWN = {
    "both_moods": "Before and after",
    "only_before": "Before alone",
    "only_after": "After alone",
}


def _if_all_missing_were_as_expected(
    found: dict[str, Headline], counts: dict[str, float], sessions: float
) -> str:
    if not found or not sessions:
        return ""
    told = counts["both_moods"] / sessions
    parts = [f"{axis} {one.difference * told:+.2f}" for axis, one in found.items()]
    return (
        "If all sessions where one is missing had gone just as expected, the effects would be "
        f"{' and '.join(parts)}.".replace("-", "−")
    )


def response_table(observed: Observed, found: dict[str, Headline]) -> Table:
    return Table(
        key="dose-response",
        title="More listening, more of it?",
        lead="Thirds of the people by how much they listened. Who feels helped may listen more: "
        "this does not say that listening more helps more.",
        columns=(
            Column("axis", "Mood", Kind.WORDS),
            Column("third", "Minutes a week", Kind.WORDS),
            Column("people", "People"),
            Column("difference", "Observed minus expected", Kind.MOOD, has_interval=True),
            Column("rank", "Rank correlation", Kind.EFFECT),
            Column("p", "Chance (p)", Kind.CHANCE),
        ),
        rows=tuple(
            row
            for axis, one in found.items()
            for row in _thirds(axis, observed.treated(axis), weekly_minutes(observed), one.line)
        ),
        how=How(
            formula="after − expected ~ 1 + (1 | person) within each third, by the line of the "
            "first table, taken as known; Spearman’s rank correlation of minutes a week with each "
            "person’s mean, and its p.",
            counted="People with sessions that have both moods. Nothing is said of fewer than "
            f"{FEWEST_FOR_A_TREND}.",
            source="Spearman 1904.",
        ),
        empty=f"Fewer than {FEWEST_FOR_A_TREND} people.",
    )


def _thirds(axis: str, pairs: Pairs, minutes: Array, line: Drift) -> Iterator[tuple[Value, ...]]:
    listeners = pairs.n > 0
    if listeners.sum() < FEWEST_FOR_A_TREND or np.ptp(minutes[listeners]) == 0:
        return
    bounds = np.quantile(minutes[listeners], (1 / 3, 2 / 3))
    third = np.digitize(minutes, bounds, right=True)
    names = (
        f"lowest third, up to {bounds[0]:.1f}",
        f"middle third, up to {bounds[1]:.1f}",
        f"highest third, over {bounds[1]:.1f}",
    )
    groups: dict[str, NDArray[np.bool_]] = {
        name: listeners & (third == place) for place, name in enumerate(names)
    }
    means = (pairs.beyond(line)[listeners]) / pairs.n[listeners]
    rank = spearmanr(minutes[listeners], means)
    known = {name: who for name, who in groups.items() if who.sum() >= FEWEST_PEOPLE}
    for place, one in enumerate(compare(known, pairs, line)):
        told = (float(rank.statistic), float(rank.pvalue)) if place == 0 else (None, None)
        yield axis, one.name, one.people, Estimate(one.difference, one.low, one.high), *told
