"""The short model card of a released base, from what was measured when it was made."""

from collections.abc import Sequence

from adaptation.learning.evaluation.markdown import bullets, joined, table
from adaptation.learning.evaluation.release import Release

PARTS_OF_EVIDENCE = (
    "Gains after ten ratings, in per cent of the population's squared error, on the training "
    "people. A part that gains no more than one standard error is left out: no rating moves it."
)


def of_release(release: Release) -> str:
    """The card that every release carries."""
    return joined(
        [
            [f"# Model card: {release.name} {release.version}"],
            table(("", ""), release.facts),
            ["## How well it answers", *_errors(release)],
            ["## Where adapting does not help", _no_gain(release)],
            evidence(release),
            limits(release.limits),
        ]
    )


def evidence(release: Release) -> list[str]:
    """What each prediction rests on; nothing for a release that did not measure it."""
    rows = [
        (one.answer, one.rests_on, one.offset_gain, one.relation_gain, str(one.people))
        for one in release.evidence
    ]
    columns = ("", "rests on", "gain of the person's mean", "gain of related tracks", "people")
    if not rows:
        return []
    return ["## What each prediction rests on", PARTS_OF_EVIDENCE, *table(columns, rows)]


def limits(said: Sequence[str]) -> list[str]:
    return ["## Limits of use", bullets(said)]


def _errors(release: Release) -> list[str]:
    if not release.errors:
        return ["Nothing was measured when it was released."]
    rows = [
        (
            one.outcome,
            str(one.shots),
            f"{one.adapted:.3f}",
            f"{one.offset_only:.3f}",
            "" if one.covered_percent is None else f"{one.covered_percent:.0f} %",
        )
        for one in release.errors
    ]
    columns = ("", "K ratings", "adapted", "mean and offset", "in the 80 % interval")
    return [
        f"Root-mean-square error on −1..1, on {release.measured_on}.",
        *table(columns, rows),
    ]


def _no_gain(release: Release) -> str:
    if not release.errors:
        return "Not measured."
    if not release.no_gain:
        return "The error was lower at every number of ratings. How sure that is was not measured."
    return bullets(release.no_gain)
