"""How the figures of an evaluation look: a phone wide, the same bytes every time, colours that the
colour-blind tell apart (Okabe & Ito 2008, *Color Universal Design*), names beside what they name.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from adaptation.learning.evaluation.told import Told, baselines_of
from adaptation.learning.learners.registry import DEFAULT

WIDTH = 4.2  # inches: 403 CSS pixels, so that a phone shows the text at about its size
LETTERS = 44  # of the title in one line; of the note below it a third more
LINE = 0.19  # inches
SMALL = 8.5  # points
INK, QUIET, GREY, GRID = "#222222", "#666666", "#8c8c8c", "#dddddd"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">")
SETTINGS: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,  # a $ in a name is a $
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "svg.fonttype": "none",  # text stays text: it can be searched, and scales
    "svg.hashsalt": "attune",  # identifiers that do not change from run to run
}


@dataclass(frozen=True)
class Look:
    """How one learner is drawn."""

    colour: str
    marker: str
    width: float = 1.2


@contextmanager
def style() -> Iterator[None]:
    """Everything that is drawn inside has the style."""
    with mpl.rc_context(SETTINGS):
        yield


def looks_of(result: Told) -> dict[str, Look]:
    """A look for each learner: the default is black, the others take colours and markers in turn.
    Where there are more than colours, only what is compared with keeps its own."""
    baselines = baselines_of(result)
    others = [name for name in result["learners"] if name != DEFAULT]
    others.sort(key=lambda name: name not in baselines)
    coloured = others if len(others) <= len(COLOURS) else others[: len(baselines)]
    looks = {
        name: Look(COLOURS[at] if name in coloured else GREY, MARKERS[at % len(MARKERS)])
        for at, name in enumerate(others)
    }
    return looks | {DEFAULT: Look("#000000", "o", 2.0)}


def panels(title: str, note: str, heights: Sequence[float]) -> tuple[Figure, list[Axes]]:
    """A figure with panels below each other, of these heights in inches, under a title and a
    quieter note."""
    head, small = textwrap.wrap(title, LETTERS), textwrap.wrap(note, LETTERS * 4 // 3)
    below = sum(heights)
    whole = below + LINE * (len(head) + len(small) + 1)
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, below / whole))
    figure = Figure(figsize=(WIDTH, whole), layout=layout)
    axes = figure.subplots(len(heights), 1, squeeze=False, height_ratios=list(heights))[:, 0]
    for at, line in enumerate([*head, *small]):
        text = figure.text(0.02, 1 - LINE * (at + 0.9) / whole, line)
        if at < len(head):
            text.set(fontsize=11, fontweight="bold")
        else:
            text.set(fontsize=SMALL, color=QUIET)
    return figure, list(axes)


def svg(figure: Figure, title: str) -> bytes:
    """The figure as SVG; nothing in it says when or where it was drawn."""
    content = io.BytesIO()
    figure.savefig(
        content, format="svg", metadata={"Title": title, "Creator": "Attune", "Date": None}
    )
    return content.getvalue()
