"""Whether moods went further than they would have gone by themselves, and how far they went."""

from typing import Final

import numpy as np

from therapy.outcomes.observed import Observed
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value
from therapy.statistics.changes import change
from therapy.statistics.drift import PRIOR
from therapy.statistics.headline import (
    FEWEST_CONTROLLED,
    FEWEST_CONTROLS,
    FEWEST_PEOPLE,
    Headline,
    TooFewPeople,
    headline,
)

AXIS_WORDS: Final = {
    "valence": "Pleasantness (valence; above 0 is more pleasant)",
    "arousal": "Activation (arousal; below 0 is calmer)",
}
MODEL_WORDS: Final = {
    "controls": "the clinic’s own sessions without a change in mind",
    "drift": "published ordinary listening",
}


def headlines(observed: Observed) -> dict[str, Headline]:
    """By axis; an axis of too few people is left out."""
    found = {}
    for axis, drift in PRIOR.items():
        try:
            found[axis] = headline(observed.treated(axis), observed.held(axis), drift)
        except TooFewPeople:
            continue
    return found


def effect_table(found: dict[str, Headline]) -> Table:
    return Table(
        key="effect",
        title="The effect",
        lead="How much further moods went, after listening, than they would have gone by "
        "themselves. An interval that leaves out 0 is more than chance.",
        columns=(
            Column("axis", "Mood", Kind.WORDS),
            Column("difference", "Observed minus expected", Kind.MOOD, has_interval=True),
            Column("naive", "Mean change, which is no effect", Kind.MOOD),
            Column("people", "People"),
            Column("sessions", "Sessions"),
            Column("controls", "Sessions without a change in mind"),
            Column("model", "Expected by", Kind.WORDS),
            Column("because", "Why so", Kind.WORDS),
        ),
        rows=tuple(_effect_row(axis, one) for axis, one in found.items()),
        how=How(
            formula="after ~ before + arm + (1 | person), fitted by REML, where there are at "
            f"least {FEWEST_CONTROLS} sessions without a change in mind and {FEWEST_CONTROLLED} "
            "people who had both kinds: the number is the arm’s. Else after − expected ~ 1 + "
            "(1 | person), and the uncertainty of the published line is added. Intervals are "
            "Student’s t by the number of people.",
            counted="Sessions with a mood before and after. Of arousal only those whose plan aims "
            "at calm. Without a change in mind are sessions that began at the target already, "
            f"nearer than the plan’s hold radius. Nothing is said of under {FEWEST_PEOPLE} people.",
            source="Laird & Ware 1982, doi 10.2307/2529876. "
            + " ".join(
                f"{axis.capitalize()} after = {drift.intercept:g} + {drift.slope:g} · before."
                for axis, drift in PRIOR.items()
            )
            + f" {PRIOR['valence'].source}.",
        ),
        empty=f"Fewer than {FEWEST_PEOPLE} people have sessions with a mood before and after.",
    )


def _effect_row(axis: str, one: Headline) -> tuple[Value, ...]:
    return (
        AXIS_WORDS[axis],
        Estimate(one.difference, one.low, one.high),
        one.naive,
        one.people,
        one.sessions,
        one.controls,
        MODEL_WORDS[one.model],
        one.because,
    )


def change_table(observed: Observed) -> Table:
    return Table(
        key="change",
        title="From before to after",
        lead="How moods changed. Part of it would have happened anyway: a mood that is far from "
        "somebody’s usual drifts back.",
        columns=(
            Column("axis", "Mood", Kind.WORDS),
            Column("people", "People"),
            Column("before", "Mean before", Kind.MOOD),
            Column("after", "Mean after", Kind.MOOD),
            Column("change", "Mean change", Kind.MOOD, has_interval=True),
            Column("d_z", "d_z", Kind.EFFECT),
            Column("g_av", "g_av", Kind.EFFECT),
        ),
        rows=tuple(row for axis in PRIOR if (row := _change_row(observed, axis)) is not None),
        how=How(
            formula="Means of each person’s means, with Student’s t interval of the differences. "
            "d_z is the mean change by the standard deviation of people’s changes; g_av is the "
            "mean change by the average of the two standard deviations, corrected for small "
            "samples. The two are not each other, and d_z is the larger as before and after go "
            "together.",
            counted="As above; each person counts once, however many sessions they had.",
            source="Lakens 2013, PMC3840331.",
        ),
        empty=f"Fewer than {FEWEST_PEOPLE} people have sessions with a mood before and after.",
    )


def _change_row(observed: Observed, axis: str) -> tuple[Value, ...] | None:
    pairs = observed.treated(axis)
    pairs = pairs.of_those(pairs.n > 0)
    if pairs.people < FEWEST_PEOPLE:
        return None
    before, after = pairs.before / pairs.n, pairs.after / pairs.n
    found = change(before, after)
    return (
        AXIS_WORDS[axis],
        found.n,
        float(np.mean(before)),
        float(np.mean(after)),
        Estimate(found.mean, found.low, found.high),
        found.d_z,
        found.g_av,
    )
