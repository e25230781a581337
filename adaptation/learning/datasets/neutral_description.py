"""`data.json` of a folder in neutral form: what the columns cannot say of themselves."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adaptation.learning.datasets.bad_data import BadData

FILE = "data.json"


@dataclass(frozen=True)
class Scale:
    """Of a target; NaN: as the answers are."""

    low: float = math.nan
    high: float = math.nan
    liked_from: float | None = None


@dataclass(frozen=True)
class Description:
    name: str
    licence: str = "not stated"
    scales: Mapping[str, Scale] = field(default_factory=dict)  # by target
    simulated: bool = False  # the people do not exist


def read(folder: Path) -> Description:
    """What the file says; without it, the folder's name. Raises BadData."""
    path = folder / FILE
    if not path.is_file():
        return Description(folder.resolve().name)
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as problem:
        raise BadData(f"{path}, line {problem.lineno}: {problem.msg}.") from problem
    except UnicodeDecodeError as problem:
        raise BadData(f"{path} is no UTF-8 text: {problem}. Save it as UTF-8.") from problem
    told = _object(path, told, "the file", {"name", "licence", "simulated", "targets"})
    targets = told.get("targets", {})
    if not isinstance(targets, dict):
        raise BadData(f"{path}: targets must be an object in braces, a target each.")
    simulated = told.get("simulated", False)
    if not isinstance(simulated, bool):
        raise BadData(f"{path}: simulated must be true or false.")
    return Description(
        _words(path, told, "name", folder.resolve().name),
        _words(path, told, "licence", "not stated"),
        {name: _scale(path, name, value) for name, value in targets.items()},
        simulated,
    )


def _object(path: Path, value: Any, what: str, known: set[str]) -> dict[str, Any]:
    names = ", ".join(sorted(known))
    if not isinstance(value, dict):
        raise BadData(f"{path}: {what} must be an object in braces with {names}.")
    unknown = sorted(set(value) - known)
    if unknown:
        raise BadData(f"{path}: {what} has '{unknown[0]}', which is none of {names}.")
    return value


def _words(path: Path, told: dict[str, Any], key: str, default: str) -> str:
    value = told.get(key, default)
    if not isinstance(value, str) or not value.strip():
        raise BadData(f"{path}: {key} must be words in quotes.")
    return value.strip()


def _scale(path: Path, target: str, value: Any) -> Scale:
    told = _object(path, value, f"target {target}", {"low", "high", "liked_from"})
    for key, number in told.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise BadData(f"{path}: {key} of target {target} must be a number.")
        if not math.isfinite(number):
            raise BadData(f"{path}: {key} of target {target} must be a number.")
    scale = Scale(**{key: float(number) for key, number in told.items()})
    if scale.low >= scale.high:
        raise BadData(f"{path}: low of target {target} must be less than high.")
    if scale.liked_from is not None and not _within(scale, scale.liked_from):
        raise BadData(f"{path}: liked_from of target {target} is outside low..high.")
    return scale


def _within(scale: Scale, value: float) -> bool:
    return not (value < scale.low or value > scale.high)  # a bound that is NaN bounds nothing
