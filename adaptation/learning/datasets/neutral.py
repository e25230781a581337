"""The neutral form: anybody's ratings as plain tables, described in docs/evaluation.md.

`ratings.csv` has a line a rating, with the columns user and item, a column for each target, and if
there are any `order`, `series`, `auxiliary`, `pre_valence` and `pre_arousal`. `items.csv` has the
features of the items, `users.csv` the groups that people are in, `data.json` names and scales.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adaptation.learning.datasets import neutral_description
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.datasets.neutral_description import Description, Scale
from adaptation.learning.datasets.tables import Line, read_lines
from adaptation.learning.ratings import Floats, RatingSet, Target, Truths, Whole

UNKNOWN = "unknown"  # the group of people whose cell is empty
BEFORE = ("pre_valence", "pre_arousal")
MOODS = ("valence", "arousal")  # targets into which the mood before persists
_DATA_SET = "a data set in neutral form (docs/evaluation.md)"
_RESERVED = ("user", "item", "order", "series", "auxiliary", *BEFORE)
_TRUTH = {"": False, "0": False, "false": False, "1": True, "true": True}


def read(folder: Path) -> RatingSet:
    """The ratings of a folder in neutral form. Raises BadData that says where and what to do."""
    lines = list(read_lines(folder / "ratings.csv", ("user", "item"), data_set=_DATA_SET))
    if not lines:
        raise BadData(f"{folder / 'ratings.csv'} has a header and no ratings.")
    columns = list(lines[0].cells)
    description = neutral_description.read(folder)
    targets = _targets(folder, columns, lines, description)
    feature_names, item_keys, features = _items(folder / "items.csv", lines)
    user_keys = tuple(sorted({line.text("user") for line in lines}))
    return RatingSet(
        name=description.name,
        licence=description.licence,
        targets=targets,
        feature_names=feature_names,
        features=features,
        item_keys=item_keys,
        user_keys=user_keys,
        user=_places(user_keys, [line.text("user") for line in lines]),
        item=_places(item_keys, [line.text("item") for line in lines]),
        answers=_answers(lines, targets),
        mood=_mood(columns, lines),
        order=_order(columns, lines),
        series=_series(columns, lines),
        simulated=description.simulated,
        auxiliary=_auxiliary(columns, lines),
        groups=_groups(folder / "users.csv", lines, user_keys),
    )


def _targets(
    folder: Path, columns: Sequence[str], lines: Sequence[Line], description: Description
) -> tuple[Target, ...]:
    names = [name for name in columns if name not in _RESERVED]
    if not names:
        raise BadData(f"{folder / 'ratings.csv'} has no column of answers beside user and item.")
    unknown = sorted(set(description.scales) - set(names))
    if unknown:
        raise BadData(
            f"{folder / neutral_description.FILE}: target {unknown[0]} is no column of ratings.csv."
        )
    moods = set(MOODS) if set(columns) & set(BEFORE) else set()
    _check_moods(folder / "ratings.csv", names, moods)
    return tuple(
        _target(name, lines, description.scales.get(name, Scale()), name in moods) for name in names
    )


def _check_moods(path: Path, names: Sequence[str], moods: set[str]) -> None:
    """A mood after that goes by another name would not be seen to follow from the mood before."""
    for name in names:
        meant = next((mood for mood in moods - set(names) if mood in name), None)
        if meant is not None:
            raise BadData(
                f"{path}: is {name} the mood after? Beside {' and '.join(BEFORE)} it is called "
                f"{meant}: rename it, or give it a name without '{meant}'."
            )


def _target(name: str, lines: Sequence[Line], scale: Scale, is_mood: bool) -> Target:
    """A mood lies in −1..1, as the mood before it does; other bounds are what is told or found."""
    answers = [line.value(name) for line in lines]
    told = [answer for answer in answers if not math.isnan(answer)]
    if not told:
        raise BadData(f"{lines[0].path}: nobody answered {name}. Take the column out.")
    if is_mood:
        _check_unit(lines[0].path.parent / neutral_description.FILE, name, scale)
        return Target(name, -1.0, 1.0, MOODS.index(name), scale.liked_from)
    low = min(told) if math.isnan(scale.low) else scale.low
    high = max(told) if math.isnan(scale.high) else scale.high
    return Target(name, low, high, None, scale.liked_from)


def _check_unit(path: Path, name: str, scale: Scale) -> None:
    told_and_due = ((scale.low, -1.0), (scale.high, 1.0))
    if any(not math.isnan(told) and told != due for told, due in told_and_due):
        raise BadData(
            f"{path}: {name} is a mood beside {' and '.join(BEFORE)}, and these lie in −1..1. "
            "Rescale it and take its low and high out."
        )


def _answers(lines: Sequence[Line], targets: Sequence[Target]) -> Floats:
    answers = np.array([[line.value(t.name, t.low, t.high) for t in targets] for line in lines])
    for place in np.flatnonzero(np.isnan(answers).all(axis=1)):
        raise lines[place].wrong("nothing is answered. Take the line out.")
    return answers


def _mood(columns: Sequence[str], lines: Sequence[Line]) -> Floats:
    if not set(BEFORE) & set(columns):
        return np.full((len(lines), 2), np.nan)
    for name in BEFORE:
        if name not in columns:
            raise BadData(f"{lines[0].path} has one of {' and '.join(BEFORE)}. Give both or none.")
    mood = np.array([[line.value(name, -1.0, 1.0) for name in BEFORE] for line in lines])
    for place in np.flatnonzero(np.isnan(mood).sum(axis=1) == 1):
        raise lines[place].wrong(f"one of {' and '.join(BEFORE)} is empty. Give both or none.")
    return mood


def _order(columns: Sequence[str], lines: Sequence[Line]) -> Floats:
    if "order" not in columns:
        return np.arange(len(lines), dtype=float)
    return np.array([line.number_of("order") for line in lines])


def _series(columns: Sequence[str], lines: Sequence[Line]) -> Whole:
    if "series" not in columns:
        return np.zeros(len(lines), dtype=np.int64)
    names = [line.text("series") for line in lines]
    return _places(sorted(set(names)), names)


def _auxiliary(columns: Sequence[str], lines: Sequence[Line]) -> Truths:
    if "auxiliary" not in columns:
        return np.zeros(len(lines), dtype=bool)
    for line in lines:
        if line.cells["auxiliary"].strip().lower() not in _TRUTH:
            raise line.wrong(f"auxiliary is '{line.cells['auxiliary']}'. Write 0 or 1.")
    return np.array([_TRUTH[line.cells["auxiliary"].strip().lower()] for line in lines])


def _items(path: Path, ratings: Sequence[Line]) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """Names of the features, keys of the items, features [I, F]."""
    if not path.is_file():
        keys = tuple(sorted({line.text("item") for line in ratings}))
        return (), keys, np.zeros((len(keys), 0))
    lines = _by_key(path, "item", ratings)
    described = lines[ratings[0].text("item")].cells
    names = tuple(name for name in described if name != "item")
    features = [[line.number_of(name) for name in names] for line in lines.values()]
    return names, tuple(lines), np.array(features).reshape(len(lines), len(names))


def _groups(
    path: Path, ratings: Sequence[Line], user_keys: Sequence[str]
) -> dict[str, Sequence[str]]:
    if not path.is_file():
        return {}
    lines = _by_key(path, "user", ratings)
    names = [name for name in lines[user_keys[0]].cells if name != "user"]
    return {
        name: [lines[key].cells[name].strip() or UNKNOWN for key in user_keys] for name in names
    }


def _by_key(path: Path, key: str, ratings: Sequence[Line]) -> dict[str, Line]:
    """The lines of a table by user or item. Each has one line, and all that rated or were rated
    have one."""
    lines: dict[str, Line] = {}
    for line in read_lines(path, (key,), data_set=_DATA_SET):
        name = line.text(key)
        if name in lines:
            raise line.wrong(f"{key} '{name}' stands on line {lines[name].number} already.")
        lines[name] = line
    for rating in ratings:
        if rating.text(key) not in lines:
            raise rating.wrong(
                f"{key} '{rating.text(key)}' is not in {path.name}. Add a line there, or leave "
                f"{path.name} out."
            )
    return lines


def _places(keys: Sequence[str], names: Sequence[str]) -> Whole:
    place = {key: number for number, key in enumerate(keys)}
    return np.array([place[name] for name in names])
