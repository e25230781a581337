"""The best that is known under the protocols of docs/evaluation.md, beside what was measured.

*Published* is the best figure of the authors of SiTunes under their own protocols, without the
situation; nobody published the few-shot protocol. *Floor* is the best of the methods that were
rebuilt on the same data: those protocols without the activity type (which gives the rating away),
and the few-shot protocol on SiTunes with ten folds and seeds 0, 1 and 2. *Moonshot* is what would
be a step beyond. All are known to three digits, and are compared so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]
LEARNER = "relation-kernel"
METHODS = (LEARNER, "crossed-gp", "crossed-gp, balanced")
MOST_POINTS, MOST_ERROR = 2.5, 0.03  # that an interval, and P(liked), may be off


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
    published: float | None = None

    def met(self, value: float) -> str:
        """Which of the two is reached."""
        sign = 1 if self.higher_is_better else -1
        value = round(value, 3)
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
    seeds: tuple[int, ...]


def _few_shot(what: str, target: str, shots: int, measure: str, *bounds: float) -> Bar:
    path = ("learners", LEARNER, target, str(shots), measure)
    return Bar(what, "few-shot", path, *bounds, higher_is_better=bounds[1] >= bounds[0])


def _published(setting: int, measure: str, best: float, *bounds: float) -> Bar:
    path = ("methods", "*", "without", measure)
    higher = bounds[1] >= bounds[0]
    what = f"setting {setting}, {measure.upper()}"
    return Bar(what, f"situnes-{setting}", path, *bounds, higher, best)


BARS: tuple[Bar, ...] = (
    _published(1, "auc", 0.6564, 0.688, 0.70),
    _published(1, "rmse", 0.4464, 0.412, 0.405),
    _published(2, "auc", 0.7222, 0.771, 0.78),
    _published(2, "rmse", 0.4268, 0.392, 0.385),
    _published(3, "auc", 0.5598, 0.656, 0.67),
    _published(3, "rmse", 0.4438, 0.400, 0.395),
    *(
        Bar(f"satisfaction, {stage}, macro-F1", "situnes-psych",
            ("methods", "*", stage, "macro_f1"), *bounds)
        for stage, bounds in {
            "stage 2": (0.55, 0.57, True, 0.4869), "stage 3": (0.50, 0.53, True, 0.4124),
        }.items()
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
            seeds = result.get("seeds") or result["settings"]["seeds"]
            yield Measured(bar, who, told["value"], told["standard_error"], tuple(seeds))


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
        f"{'':<38}{'published':>10}{'floor':>7}{'moonshot':>10}   {'measured':<15}{'reaches':<10}of"
    ]
    for row in rows:
        error = "" if row.error is None else f" ± {row.error:.3f}"
        best = "" if row.bar.published is None else f"{row.bar.published:.3f}"
        lines.append(
            f"{row.bar.what:<38}{best:>10}{row.bar.floor:>7.3f}{row.bar.moonshot:>10.3f}   "
            f"{f'{row.value:.3f}{error}':<15}{row.bar.met(row.value):<10}"
            f"{row.who}, seeds {_in_words(row.seeds)}"
        )
    return "\n".join(lines)


def _in_words(seeds: Sequence[int]) -> str:
    """1, 2, 3 as 1–3."""
    run = list(range(seeds[0], seeds[0] + len(seeds)))
    if len(seeds) > 1 and list(seeds) == run:
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


def harmful(result: Told) -> list[str]:
    """Where the default's ratings make it worse than it is without any, by more than a standard
    error of the paired difference."""
    against = result.get("against_no_ratings", {}).get(LEARNER, {})
    return [
        f"{target}, K = {shots}: {told['value']:+.4f} ± {told['standard_error']:.4f}"
        for target, by_shots in against.items()
        for shots, told in by_shots.items()
        if told["value"] > told["standard_error"]
    ]


def uncalibrated(result: Told) -> list[str]:
    """Where the default's intervals hold other shares than stated, by more than 2.5 points, or the
    expected calibration error is above .03."""
    found = []
    for target, by_shots in result.get("learners", {}).get(LEARNER, {}).items():
        for shots, told in by_shots.items():
            for share in (50, 80, 95):
                held = 100 * told[f"coverage_{share}"]["value"]
                if abs(held - share) > MOST_POINTS:
                    found.append(f"{target}, K = {shots}: {held:.1f} % in the {share} % interval")
            if "ece" in told and told["ece"]["value"] > MOST_ERROR:
                ece = told["ece"]
                error = f"{ece['value']:.3f} ± {ece['standard_error']:.3f}"
                found.append(f"{target}, K = {shots}: expected calibration error {error}")
    return found
