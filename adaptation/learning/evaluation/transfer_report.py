"""What transfer measured, as a table of at most 100 columns."""

import textwrap
from collections.abc import Iterator

from adaptation.learning.evaluation.report import WIDTH
from adaptation.learning.evaluation.told import Told, number
from adaptation.learning.evaluation.transfer import OFFSET, OFFSET_BY_CONTENT

MARGIN, CELL = 48, 17


def as_table(result: Told) -> str:
    """Errors of every base about every set, then how far they differ from mean and offset."""
    lines = list(_title(result))
    for name, test in result["tests"].items():
        for target in test["data"]["targets"]:
            if any(target["name"] in told for told in test["learners"].values()):
                lines += ["", *_block(result, name, target["name"])]
    return "\n".join(lines) + "\n"


def _title(result: Told) -> Iterator[str]:
    settings = result["settings"]
    yield "Transfer: root-mean-square error on −1..1 of a base that learned on another data set"
    for name, test in result["tests"].items():
        data = test["data"]
        yield from textwrap.wrap(
            f"{name} (licence: {data['licence']}): {data['users_asked']:,} users, "
            f"{data['questions']:,} rows asked for",
            WIDTH,
        )
    yield from textwrap.wrap(
        f"{settings['folds']} folds over users, seeds {', '.join(map(str, settings['seeds']))}. "
        f"Features in common: {', '.join(settings['features'])}. ± is a standard error, users "
        "drawn again; * differs from mean and offset by more than two of the paired difference.",
        WIDTH,
    )


def _block(result: Told, name: str, target: str) -> Iterator[str]:
    test, shots = result["tests"][name], result["settings"]["shots"]
    yield f"== {target}, people of {name}"
    columns = "".join(f"{f'K = {given}':>{CELL}}" for given in shots)
    yield f"{'':<{MARGIN}}{columns}".rstrip()
    for learner, told in test["learners"].items():
        if target not in told:
            continue
        found = test["differences"][learner].get(OFFSET, {}).get(target, {})
        cells = "".join(
            f"{_cell(told[target][str(given)]['rmse'], found.get(str(given))):>{CELL}}"
            for given in shots
        )
        yield f"{_label(learner, name):<{MARGIN}}{cells}".rstrip()


def _label(learner: str, name: str) -> str:
    if learner in (OFFSET, OFFSET_BY_CONTENT):
        return f"  mean and {learner}, its other people"
    return f"  base of {learner}" + (", its other people" if learner == name else "")


def _cell(told: Told, difference: Told | None) -> str:
    apart = difference is not None and (
        abs(number(difference["mse"]["value"])) > 2 * number(difference["mse"]["standard_error"])
    )
    value, error = number(told["value"]), number(told["standard_error"])
    return f"{value:.3f} ±{error:.3f}{'*' if apart else ' '}"
