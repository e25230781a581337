"""Cold-start curves: the error after K ratings of somebody new, for every learner."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from adaptation.learning.evaluation.figure_style import SMALL, Look, looks_of, panels, svg
from adaptation.learning.evaluation.told import (
    Told,
    number,
    of_whom,
    scale_of,
    shots_of,
    targets_of,
)
from adaptation.learning.learners.registry import DEFAULT
from adaptation.learning.ratings import Floats

LABEL = 0.145  # inches that a learner's name needs
AROUND = 0.6  # inches of a panel that its axis and title take
DODGE = 0.1  # of the curves' width, over which the learners' bars of one K are spread
BESIDE, WHOLE = 1.14, 1.64  # where names begin and the panel ends, in widths of the curves


def draw(result: Told) -> bytes:
    """A panel for each target."""
    title = f"{of_whom(result)}: error after K ratings of somebody new"
    note = (
        "Root-mean-square error ± one standard error. "
        f"{result['data']['users_asked']} people, left out in turn."
    )
    targets = targets_of(result)
    height = max(2.2, 0.8 + LABEL * len(result["learners"]))
    figure, axes = panels(title, note, [height] * len(targets))
    for panel, target in zip(axes, targets, strict=True):
        panel.set_title(scale_of(target))
        curves = {
            name: told[target["name"]]
            for name, told in result["learners"].items()
            if target["name"] in told
        }
        _curves(panel, curves, shots_of(result), looks_of(result), height - AROUND)
    axes[-1].set_xlabel("K, ratings given (square-root scale)")
    return svg(figure, title)


def _curves(
    panel: Axes, curves: Told, shots: Sequence[int], looks: Mapping[str, Look], height: float
) -> None:
    places = np.sqrt(shots)
    width = max(float(places[-1]), 1.0)
    shifts = DODGE * width * (np.arange(len(curves)) - (len(curves) - 1) / 2) / len(curves)
    ends = []
    for shift, (name, told) in zip(shifts, curves.items(), strict=True):
        errors = [told[str(given)]["rmse"] for given in shots]
        values = np.array([number(error["value"]) for error in errors])
        panel.errorbar(
            places + shift,
            values,
            np.nan_to_num([number(error["standard_error"]) for error in errors]),
            color=looks[name].colour,
            marker=looks[name].marker,
            markersize=4,
            linewidth=looks[name].width,
            elinewidth=0.7,
            zorder=3 if name == DEFAULT else 2,
        )
        ends.append((name, float(places[-1] + shift), float(values[-1])))
    panel.set_xticks(places, [str(given) for given in shots])
    panel.grid(axis="y")
    panel.set_xlim(-0.08 * width, WHOLE * width)
    _names_beside(panel, ends, looks, BESIDE * width, height)


def _names_beside(
    panel: Axes,
    ends: Sequence[tuple[str, float, float]],
    looks: Mapping[str, Look],
    beside: float,
    height: float,
) -> None:
    low, high = panel.get_ylim()
    wanted = np.array([value for _, _, value in ends])
    places = spread(wanted, gap=(high - low) * LABEL / height, low=low, high=high)
    for (name, x, value), y in zip(ends, places, strict=True):
        colour = looks[name].colour
        panel.plot([x, beside * 0.99], [value, y], color=colour, linewidth=0.5)
        panel.text(beside, y, name, color=colour, va="center", fontsize=SMALL)
    panel.set_ylim(low, high)


def spread(wanted: Floats, *, gap: float, low: float, high: float) -> Floats:
    """Places `gap` apart near those that are wanted; within low..high while there is room."""
    order = np.argsort(wanted, kind="stable")
    places = wanted[order].astype(float)
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + gap)
    ceiling = high
    for at in reversed(range(len(places))):
        places[at] = max(min(places[at], ceiling), low + at * gap)
        ceiling = places[at] - gap
    result = np.empty(len(places))
    result[order] = places
    return result
