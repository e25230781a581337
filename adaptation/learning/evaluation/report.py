"""What the few-shot protocol measured as tables of at most 100 columns, and any result as JSON."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adaptation.learning.evaluation.measures import COVERAGES
from adaptation.learning.evaluation.store import write_whole

WIDTH = 100
MARGIN = 22  # columns for the name of a learner
MOST_GROUPS, FEWEST_USERS = 5, 5  # of a group, for its error to say anything

MEASURES = {
    "rmse": "Root-mean-square error",
    "mae": "Mean absolute error",
    "r2": "R² of the answer",
    "r2_change": "R² of the change: answer less mood before",
    "auc": "AUC of liked, all answers together",
    "auc_within": "AUC of liked within a person",
    "spearman_within": "Rank correlation within a person",
    "ece": "Expected calibration error of P(liked)",
    "deviation_error_correlation": "Correlation of the stated deviation with |error|",
}
COMPARED = {
    "mse": "Squared error",
    "mae": "Absolute error",
    "auc": "AUC, all answers together,",
    "auc_within": "AUC within a person",
}

Told = Mapping[str, Any]
Cells = Mapping[str, Sequence[str]]  # by learner


def as_json(result: Told) -> str:
    return json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, result: Told) -> None:
    """The whole file or none of it. Raises OSError."""
    write_whole(path, as_json(result).encode())


def as_table(result: Told) -> str:
    """The measures of every target, then the errors by group."""
    return "\n".join([*_title(result), *tables(result)]) + "\n"


def tables(result: Told) -> list[str]:
    """The lines of the table, without the title."""
    lines: list[str] = []
    for target in result["data"]["targets"]:
        name = target["name"]
        lines += ["", _scale(target), *_measures(result, name), *_differences(result, name)]
        lines += [*_against_none(result, name), *_groups(result, name)]
    return lines


def _title(result: Told) -> Iterator[str]:
    data, settings = result["data"], result["settings"]
    most, seeds = max(settings["shots"]), ", ".join(map(str, settings["seeds"]))
    given = f"{most} drawn" if settings["random_support"] else f"first {most}"
    yield from textwrap.wrap(f"{data['name']} (licence: {data['licence']}), few-shot", WIDTH)
    yield from textwrap.wrap(
        f"{data['users']:,} users, {data['items']:,} items, {data['rows']:,} rows; "
        f"{data['tasks']:,} tasks of {data['users_asked']:,} users, "
        f"{data['questions']:,} rows asked for",
        WIDTH,
    )
    yield from textwrap.wrap(
        f"{settings['folds']} folds over users, seeds {seeds}; K of the {given} ratings are given, "
        f"the other rows are asked for. ± is a standard error, brackets hold 95 %: users drawn "
        f"again {result['resamples']:,} times.",
        WIDTH,
    )


def _scale(target: Told) -> str:
    liked = "" if target["liked_from"] is None else f", liked from {target['liked_from']:g}"
    return f"== {target['name']}, {target['low']:g}..{target['high']:g}{liked}"


def _measures(result: Told, target: str) -> Iterator[str]:
    shots = list(map(str, result["settings"]["shots"]))
    learners = {name: told[target] for name, told in result["learners"].items() if target in told}
    for measure, words in MEASURES.items():
        rows = {
            name: [_with_error(told[given][measure]) for given in shots]
            for name, told in learners.items()
            if measure in told[shots[0]]
        }
        yield from _block(words, [f"K = {given}" for given in shots], rows, width=13)
    covered = {
        name: [_coverages(told[given]) for given in shots] for name, told in learners.items()
    }
    title = "Share of answers in the 50, 80 and 95 % intervals"
    yield from _block(title, [f"K = {given}" for given in shots], covered, width=13)


def _differences(result: Told, target: str) -> Iterator[str]:
    shots = list(map(str, result["settings"]["shots"]))
    baselines = dict.fromkeys(name for told in result["differences"].values() for name in told)
    for baseline in baselines:
        for measure, words in COMPARED.items():
            rows = {
                name: [_with_interval(told[baseline][target][given][measure]) for given in shots]
                for name, told in result["differences"].items()
                if measure in told.get(baseline, {}).get(target, {}).get(shots[0], {})
            }
            title = f"{words} less {baseline}'s; * the interval leaves out 0"
            yield from _block(title, [f"K = {given}" for given in shots], rows, width=25)


def _against_none(result: Told, target: str) -> Iterator[str]:
    shots = [str(given) for given in result["settings"]["shots"] if given > 0]
    rows = {
        name: [_with_harm(told[target][given]) for given in shots]
        for name, told in result["against_no_ratings"].items()
        if told.get(target)
    }
    title = "Squared error less its own at K = 0; ! worse by more than ±"
    yield from _block(title, [f"K = {given}" for given in shots], rows, width=15)


def _groups(result: Told, target: str) -> Iterator[str]:
    last = str(max(result["settings"]["shots"]))
    for kind, groups in result["groups"].items():
        large = [(value, told) for value, told in groups.items() if told["users"] >= FEWEST_USERS]
        shown = large[:MOST_GROUPS]
        rows = {
            name: [_with_error(told["learners"][name][target][last]["rmse"]) for _, told in shown]
            for name, of in result["learners"].items()
            if target in of
        }
        columns = [f"{value[:7]} ({told['users']})" for value, told in shown]
        left = len(groups) - len(shown)
        others = f"; {left} smaller groups are in the JSON" if left else ""
        title = f"Root-mean-square error at K = {last} by {kind} (users){others}"
        yield from _block(title, columns, rows, width=13)


def _block(title: str, columns: Sequence[str], rows: Cells, *, width: int) -> Iterator[str]:
    """A title and a table, with as many columns beside each other as there is room for."""
    if not rows or not columns:
        return
    yield from ("", f"  {title}")
    room = (WIDTH - MARGIN) // width
    for first in range(0, len(columns), room):
        part = slice(first, first + room)
        for name, cells in {"": columns, **rows}.items():
            line = f"    {name:<{MARGIN - 4}}" + "".join(f"{cell:>{width}}" for cell in cells[part])
            yield line.rstrip()


def _with_error(told: Told) -> str:
    return f"{_number(told['value'])} ±{_number(told['standard_error'])}"


def _coverages(told: Told) -> str:
    shares = [told[f"coverage_{share}"]["value"] for share in COVERAGES]
    return "/".join("–" if share is None else f"{share:.0%}"[:-1] for share in shares)


def _with_interval(told: Told) -> str:
    low, high = told["low"], told["high"]
    apart = low is not None and (low > 0 or high < 0)
    mark = "*" if apart else " "
    return f"{_number(told['value'], 4)} [{_number(low, 4)}, {_number(high, 4)}]{mark}"


def _with_harm(told: Told) -> str:
    value, error = told["value"], told["standard_error"]
    harmed = value is not None and error is not None and value > error
    return f"{_number(value, 4)} ±{_number(error, 4)}{'!' if harmed else ' '}"


def _number(value: float | None, decimals: int = 3) -> str:
    """So many decimals below 10, fewer above; no zero before the point."""
    if value is None:
        return "–"
    fewer = sum(abs(value) >= bound for bound in (10, 100, 1000))
    text = f"{round(value, decimals - fewer) + 0.0:.{decimals - fewer}f}"  # + 0.0: no minus zero
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
