"""Is the stated uncertainty true? Coverage of intervals, and how often the likely came about."""

from matplotlib.axes import Axes
from numpy import nan_to_num

from adaptation.learning.evaluation.figure_style import QUIET, SMALL, Look, looks_of, panels, svg
from adaptation.learning.evaluation.measures import COVERAGES
from adaptation.learning.evaluation.told import (
    Told,
    baselines_of,
    number,
    of_whom,
    scale_of,
    shots_of,
    targets_of,
)
from adaptation.learning.learners.registry import DEFAULT

ROW, AROUND, SQUARE = 0.22, 0.75, 3.4  # inches: of a learner, of axis and title, of a curve's panel


def draw(result: Told) -> bytes:
    """A panel of coverage for each target, and one of P(liked) for each that can be liked, where
    the JSON has its reliability."""
    title = f"{of_whom(result)}: is the stated uncertainty true?"
    shots, targets, curves = shots_of(result), targets_of(result), _reliabilities(result)
    note = (
        "Share of answers inside the 50, 80 and 95 % intervals (lines: as stated) ± one standard "
        f"error; hollow K = {shots[0]}, full K = {shots[-1]}. "
        f"{result['data']['users_asked']} people, left out in turn."
    )
    coverage = AROUND + ROW * len(result["learners"])
    figure, axes = panels(title, note, [coverage] * len(targets) + [SQUARE] * len(curves))
    looks = looks_of(result)
    for panel, target in zip(axes, targets, strict=False):
        panel.set_title(scale_of(target))
        _coverage(panel, result, target["name"], looks)
    for panel, (name, told) in zip(axes[len(targets) :], curves.items(), strict=True):
        panel.set_title(f"{name}: liked, as often as said? K = {shots[-1]}")
        _reliability(panel, told, looks)
    return svg(figure, title)


def _coverage(panel: Axes, result: Told, target: str, looks: dict[str, Look]) -> None:
    shots = shots_of(result)
    learners = {name: told[target] for name, told in result["learners"].items() if target in told}
    for share in COVERAGES:
        panel.axvline(share, color=QUIET, linewidth=0.8)
    for row, (name, told) in enumerate(reversed(learners.items())):
        for given, face, shift in (
            (shots[0], "white", -0.14),
            (shots[-1], looks[name].colour, 0.14),
        ):
            covered = [told[str(given)][f"coverage_{share}"] for share in COVERAGES]
            panel.errorbar(
                [100 * number(one["value"]) for one in covered],
                [row + shift] * len(covered),
                xerr=[100 * nan_to_num(number(one["standard_error"])) for one in covered],
                color=looks[name].colour,
                marker=looks[name].marker,
                markerfacecolor=face,
                markersize=4,
                linestyle="none",
                elinewidth=0.7,
            )
    panel.set_yticks(range(len(learners)), reversed(learners), fontsize=SMALL)
    panel.set_ylim(-0.6, len(learners) - 0.4)
    panel.set_xticks(COVERAGES, [f"{share} %" for share in COVERAGES])


def _reliabilities(result: Told) -> dict[str, dict[str, list[Told]]]:
    """By target and learner, after all ratings: the default and what it is compared with."""
    last, shown = str(shots_of(result)[-1]), [*baselines_of(result), DEFAULT]
    learners = result.get("reliability", {})
    curves = {
        target["name"]: {
            name: learners[name][target["name"]][last]
            for name in shown
            if target["name"] in learners.get(name, {})
        }
        for target in targets_of(result)
    }
    return {target: told for target, told in curves.items() if told}


def _reliability(panel: Axes, curves: dict[str, list[Told]], looks: dict[str, Look]) -> None:
    panel.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8)
    for at, (name, bins) in enumerate(curves.items()):
        panel.errorbar(
            [number(one["stated"]) for one in bins],
            [number(one["observed"]) for one in bins],
            nan_to_num([number(one["standard_error"]) for one in bins]),
            color=looks[name].colour,
            marker=looks[name].marker,
            markersize=4,
            linewidth=looks[name].width,
            elinewidth=0.7,
        )
        panel.text(0.02, 0.95 - 0.08 * at, name, color=looks[name].colour, fontsize=SMALL)
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1)
    panel.set_xlabel("probability of liking, stated")
    panel.set_ylabel("share that was liked")
    panel.grid()
