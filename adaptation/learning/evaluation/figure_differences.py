"""Paired differences to a plain learner, which may be certain where two errors are not."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from adaptation.learning.evaluation.figure_style import INK, SMALL, panels, svg
from adaptation.learning.evaluation.told import (
    Told,
    number,
    of_whom,
    scale_of,
    shots_of,
    targets_of,
)

BAR, AROUND = 0.085, 0.75  # inches: of an interval, of axis and title
SHADES = ("#c6c6c6", "#a0a0a0", "#787878", "#4b4b4b", "#000000")  # few ratings to many


def draw(result: Told, baseline: str) -> bytes:
    """Squared error less the baseline's in per cent of it, a panel for each target and an interval
    for each learner and K."""
    title = f"{of_whom(result)}: squared error less that of {baseline}"
    shots, targets = shots_of(result), targets_of(result)
    note = (
        f"Per cent of that of {baseline}, for the same people; bars hold 95 %; left of 0 is "
        f"better. Light to dark: K = {', '.join(map(str, shots))}. "
        f"{result['data']['users_asked']} people, left out in turn."
    )
    names = [name for name, told in result["differences"].items() if baseline in told]
    height = AROUND + BAR * (len(shots) + 1.5) * len(names)
    figure, axes = panels(title, note, [height] * len(targets))
    for panel, target in zip(axes, targets, strict=True):
        panel.set_title(scale_of(target))
        panel.axvline(0, color=INK, linewidth=0.8, zorder=1)
        for row, name in enumerate(reversed(names)):
            _intervals(panel, row, list(_in_per_cent(result, name, baseline, target["name"])))
        panel.set_yticks(range(len(names)), reversed(names), fontsize=SMALL)
        panel.set_ylim(-0.6, len(names) - 0.4)
        panel.grid(axis="x")
    axes[-1].set_xlabel("better  ←   per cent   →  worse")
    return svg(figure, title)


def _intervals(panel: Axes, row: int, found: Sequence[tuple[float, float, float]]) -> None:
    for at, (value, low, high) in enumerate(found):
        y = row + 0.72 * (0.5 - (at + 0.5) / len(found))
        shade = SHADES[round(at * (len(SHADES) - 1) / max(len(found) - 1, 1))]
        panel.plot([low, high], [y, y], color=shade, linewidth=1.2)
        panel.plot(value, y, color=shade, marker="o", markersize=3.5)


def _in_per_cent(
    result: Told, name: str, baseline: str, target: str
) -> Iterator[tuple[float, float, float]]:
    """Difference and interval after each number of ratings."""
    found = result["differences"][name][baseline].get(target, {})
    for given in map(str, shots_of(result)):
        if given in found:
            whole = number(result["learners"][baseline][target][given]["mse"]["value"])
            of = {part: 100 * number(told) / whole for part, told in found[given]["mse"].items()}
            yield of["value"], of["low"], of["high"]
