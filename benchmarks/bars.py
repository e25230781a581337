"""The best that is known under the protocols of docs/evaluation.md, beside what was measured.

*Floor* is the best of the learners that were published or rebuilt on the same data: the published
protocols of SiTunes without the activity type (which gives the rating away), and the few-shot
protocol on SiTunes with ten folds and seeds 0, 1 and 2. *Moonshot* is what would be a step beyond.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]
LEARNER = "relation-kernel"
METHODS = (LEARNER, "crossed-gp", "crossed-gp, balanced")


@dataclass(frozen=True)
class Bar:
    """A figure to reach: `path` leads to it in the JSON of `manage.py evaluate`. In a path of a
    published protocol `*` stands for each of METHODS."""

    what: str
    protocol: str
    path: tuple[str, ...]
    floor: float
    moonshot: float
    higher_is_better: bool = True

    def met(self, value: float) -> str:
        """Which of the two is reached."""
        sign = 1 if self.higher_is_better else -1
        if sign * value >= sign * self.moonshot:
            return "moonshot"
        return "floor" if sign * value >= sign * self.floor else "below"


@dataclass(frozen=True)
class Measured:
    """A bar with what was measured."""

    bar: Bar
    who: str
    value: float
    error: float | None
    seeds: int


def _few_shot(what: str, target: str, shots: int, measure: str, *bounds: float) -> Bar:
    path = ("learners", LEARNER, target, str(shots), measure)
    return Bar(what, "few-shot", path, *bounds, higher_is_better=bounds[1] >= bounds[0])


def _published(setting: int, measure: str, column: str, *bounds: float) -> Bar:
    path = ("methods", "*", column, measure)
    higher = bounds[1] >= bounds[0]
    return Bar(
        f"setting {setting}, {measure.upper()}", f"situnes-{setting}", path, *bounds,
        higher_is_better=higher,
    )  # fmt: skip


BARS: tuple[Bar, ...] = (
    _published(1, "auc", "without", 0.688, 0.70),
    _published(1, "rmse", "without", 0.412, 0.405),
    _published(2, "auc", "without", 0.771, 0.78),
    _published(2, "rmse", "without", 0.392, 0.385),
    _published(3, "auc", "without", 0.656, 0.67),
    _published(3, "rmse", "without", 0.400, 0.395),
    *(
        Bar(f"satisfaction, {stage}, macro-F1", "situnes-psych",
            ("methods", "*", stage, "macro_f1"), *bounds)
        for stage, bounds in {"stage 2": (0.55, 0.57), "stage 3": (0.50, 0.53)}.items()
    ),
    *(
        _few_shot(f"liking, AUC of all, K = {shots}", "liking", shots, "auc", *bounds)
        for shots, bounds in {
            0: (0.684, 0.71), 1: (0.688, 0.715), 3: (0.712, 0.735), 5: (0.725, 0.745),
            10: (0.738, 0.76),
        }.items()
    ),
    *(
        _few_shot(f"liking, absolute error, K = {shots}", "liking", shots, "mae", *bounds)
        for shots, bounds in {0: (0.753, 0.73), 5: (0.719, 0.70), 10: (0.711, 0.68)}.items()
    ),
    _few_shot("liking, AUC within a person, K = 10", "liking", 10, "auc_within", 0.695, 0.72),
    _few_shot("valence, R² of the change, K = 10", "valence", 10, "r2_change", 0.265, 0.32),
    _few_shot("arousal, absolute error, K = 10", "arousal", 10, "mae", 0.191, 0.18),
    *(
        _few_shot(f"{mood}, deviation and error, K = 10", mood, 10,
                  "deviation_error_correlation", 0.18, 0.25)
        for mood in ("valence", "arousal")
    ),
)  # fmt: skip


def measured(results: Iterable[Told]) -> list[Measured]:
    """Every bar that the results say something of, in the order of the bars."""
    found = list(results)
    return [one for bar in BARS for result in found for one in _of(bar, result)]


def _of(bar: Bar, result: Told) -> Iterator[Measured]:
    if result.get("protocol") != bar.protocol or not _is_situnes(result):
        return
    for who in METHODS if "*" in bar.path else (LEARNER,):
        told = _at(result, [who if step == "*" else step for step in bar.path])
        if told is not None and told["value"] is not None:
            seeds = len(result.get("seeds") or result["settings"]["seeds"])
            yield Measured(bar, who, told["value"], told["standard_error"], seeds)


def _is_situnes(result: Told) -> bool:
    return result.get("data", {"name": "SiTunes"})["name"] == "SiTunes"


def _at(result: Told, path: Sequence[str]) -> Told | None:
    told: Any = result
    for step in path:
        told = told.get(step) if isinstance(told, Mapping) else None
    return told if isinstance(told, Mapping) else None


def as_table(rows: Sequence[Measured]) -> str:
    """Each bar with what was measured ± a standard error."""
    lines = [
        f"{'':<36}{'floor':>7}{'moonshot':>10}   {'measured':<16}{'reaches':<10}{'seeds':>5}  of"
    ]
    for row in rows:
        error = "" if row.error is None else f" ± {row.error:.3f}"
        lines.append(
            f"{row.bar.what:<36}{row.bar.floor:>7.3f}{row.bar.moonshot:>10.3f}   "
            f"{f'{row.value:.3f}{error}':<16}{row.bar.met(row.value):<10}{row.seeds:>5}  {row.who}"
        )
    return "\n".join(lines)
