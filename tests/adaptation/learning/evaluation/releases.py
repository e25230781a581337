"""A released base, as pages and cards read it."""

from typing import Any

from adaptation.learning.evaluation.release import Release


def some_metrics() -> dict[str, Any]:
    """Liking gets better with ratings and does not reach mean and offset; valence gets worse."""
    few_shot = [
        _errors(0, liking=(0.50, 0.49), valence=(0.20, 0.25)),
        _errors(3, liking=(0.45, 0.44), valence=(0.22, 0.25)),
        _errors(10, liking=(0.40, 0.42), valence=(0.19, 0.25)),
    ]
    evidence = [
        {"answer": "liking", "served": "offset", "offset_gain": 0.08, "offset_error": 0.02,
         "relation_gain": -0.011, "relation_error": 0.01, "people": 24, "begins": 3},
        {"answer": "valence", "served": "relation", "offset_gain": 0.0, "offset_error": 0.0,
         "relation_gain": 0.0, "relation_error": 0.0, "people": 0},
    ]  # fmt: skip
    return {
        "listeners": {"trained": 24, "held_out": 6},
        "few_shot": few_shot,
        "evidence": evidence,
    }


def some_release(*, simulated: bool = False, metrics: dict[str, Any] | None = None) -> Release:
    return Release(
        name="harbour",
        version=3,
        schema="small-1",
        trained_on="30 people",
        simulated=simulated,
        seed=7,
        vector_size=86,
        weights_sha256="ab" * 32,
        metrics=some_metrics() if metrics is None else metrics,
    )


def _errors(shots: int, **by_outcome: tuple[float, float]) -> dict[str, Any]:
    return {
        "shots": shots,
        "adapted": {name: adapted for name, (adapted, _) in by_outcome.items()},
        "offset_only": {name: offset for name, (_, offset) in by_outcome.items()},
        "covered_80": dict.fromkeys(by_outcome, 0.81),
    }
