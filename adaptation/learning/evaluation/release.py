"""What every released base says of itself: facts, what its release measured, and where that shows
no gain. Pages and model cards read it; `manage.py evaluate` measures more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]

LIMITS = (
    "It is for choosing music to listen to, for wellbeing. It is no treatment, no medical device, "
    "and nothing that it predicts says anything about a person's health: never use it to diagnose, "
    "to screen, or to decide on anybody's care.",
    "It answers for tracks described as those that it learned from. What it predicts of other "
    "music, other people and other settings was not measured.",
    "A predicted mood is the mean of people's own ratings after a track. That the track was the "
    "cause is not known.",
)
OF_SIMULATED = (
    "These figures are of simulated listeners. They are no evidence that it helps anybody."
)
SERVED = {
    "relation": "which tracks the person rated, and how",
    "offset": "the person's own average alone",
    "population": "what people in general answer; the person's ratings are left out",
}


def limits_of(*, simulated: bool) -> tuple[str, ...]:
    """Limits of the use of what was measured on people, or on simulated ones."""
    return (LIMITS[0], OF_SIMULATED, *LIMITS[1:]) if simulated else LIMITS


@dataclass(frozen=True)
class Release:
    """A released base in words and numbers; `metrics` as adaptation/basetraining.py stores them."""

    name: str
    version: int
    schema: str
    trained_on: str
    simulated: bool
    seed: int
    vector_size: int
    weights_sha256: str
    metrics: Told

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What it is, by heading."""
        return [
            ("Base", f"{self.name} {self.version}"),
            ("Learned from", self.trained_on + (" (SIMULATED)" if self.simulated else "")),
            ("Reads tracks by", self.schema),
            ("Knows of a patient", f"{self.vector_size} numbers"),
            ("Seed of the training", str(self.seed)),
            ("Weights, SHA-256", self.weights_sha256),
        ]

    @property
    def limits(self) -> tuple[str, ...]:
        """What it must not be used for, and what is not known of it."""
        return limits_of(simulated=self.simulated)

    @property
    def measured_on(self) -> str:
        """Whom the errors are of, in words; empty where nothing was measured."""
        listeners = self.metrics.get("listeners")
        if not listeners:
            return ""
        kind = "simulated listeners" if self.simulated else "listeners"
        return (
            f"{listeners['held_out']} {kind} that training never met; it learned from "
            f"{listeners['trained']} others"
        )

    @property
    def errors(self) -> list["Error"]:
        """Errors by outcome, then by number of ratings."""
        rows = self.metrics.get("few_shot", [])
        outcomes = list(rows[0]["adapted"]) if rows else []
        return [
            Error(
                outcome,
                row["shots"],
                row["adapted"][outcome],
                row["offset_only"][outcome],
                _percent(row.get("covered_80", {}).get(outcome)),
            )
            for outcome in outcomes
            for row in rows
        ]

    @property
    def no_gain(self) -> list[str]:
        """For which outcomes and numbers of ratings adapting made the error no lower: than that
        of mean and offset, or than the base's own without ratings."""
        first = {one.outcome: one.adapted for one in self.errors if one.shots == 0}
        return [
            f"{one.outcome}, K = {one.shots}: no lower than {' and '.join(than)}"
            for one in self.errors
            if one.shots > 0 and (than := _not_below(one, first.get(one.outcome)))
        ]

    @property
    def evidence(self) -> list["Served"]:
        """What each prediction rests on."""
        return [
            Served(
                found["answer"],
                _rests_on(found),
                _gain(found["offset_gain"], found["offset_error"]) if found["people"] else "",
                _gain(found["relation_gain"], found["relation_error"]) if found["people"] else "",
                found["people"],
            )
            for found in self.metrics.get("evidence", [])
        ]


@dataclass(frozen=True)
class Error:
    """Root-mean-square errors of one outcome after K ratings, on −1..1."""

    outcome: str
    shots: int
    adapted: float
    offset_only: float
    covered_percent: float | None  # of answers in the stated 80 % interval


@dataclass(frozen=True)
class Served:
    """What the prediction of one answer rests on, and what the parts gained on the training people
    after ten ratings, ± a standard error; empty where there were too few people to tell."""

    answer: str
    rests_on: str
    offset_gain: str
    relation_gain: str
    people: int


def _rests_on(found: Told) -> str:
    begins = found.get("begins", 1)
    since = f", from {begins} ratings on" if begins > 1 else ""
    return SERVED[found["served"]] + since


def _not_below(error: Error, without_ratings: float | None) -> Sequence[str]:
    than = []
    if error.adapted >= error.offset_only:
        than.append("mean and offset")
    if without_ratings is not None and error.adapted >= without_ratings:
        than.append("its own without ratings")
    return than


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _gain(share: float, error: float) -> str:
    return f"{100 * share:+.1f} ± {100 * error:.1f} %".replace("-", "−")
