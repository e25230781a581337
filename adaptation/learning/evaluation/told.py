"""Reading the JSON that `manage.py evaluate --json` writes for people left out: whom it is of, how
many ratings were given, and what the learners are compared with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Told = Mapping[str, Any]

PARTS = ("data", "settings", "learners", "differences", "against_no_ratings", "groups")


class NotReadable(ValueError):
    """The JSON is not what is needed; the text says why."""


def read(path: Path) -> Any:
    """What is in a JSON file. Raises NotReadable, or OSError where it cannot be opened."""
    try:
        return json.loads(path.read_text())
    except ValueError as problem:
        raise NotReadable(f"{path} is no JSON: {problem}") from problem


def check(result: Any) -> None:
    """Raises NotReadable where the JSON is not of an evaluation on people left out."""
    if not isinstance(result, Mapping) or not result.keys() >= set(PARTS):
        raise NotReadable(
            "This is not what `manage.py evaluate --json` writes for the few-shot protocol: it "
            f"lacks {_missing(result)}."
        )


def _missing(result: Any) -> str:
    held = result.keys() if isinstance(result, Mapping) else ()
    return ", ".join(part for part in PARTS if part not in held)


def is_simulated(result: Told) -> bool:
    """Whether the people do not exist: as the data say, or as their name does."""
    data = result["data"]
    return bool(data.get("simulated")) or "simulated" in data["name"].lower()


def of_whom(result: Told) -> str:
    """The data set, and whether its people exist."""
    kind = "SIMULATED listeners" if is_simulated(result) else "real listeners"
    return f"{result['data']['name']} ({kind})"


def shots_of(result: Told) -> list[int]:
    """How many ratings were given, ascending."""
    return list(result["settings"]["shots"])


def targets_of(result: Told) -> list[Told]:
    """The targets that somebody answered."""
    answered = {target for told in result["learners"].values() for target in told}
    return [target for target in result["data"]["targets"] if target["name"] in answered]


def scale_of(target: Told) -> str:
    """The target's name and scale in words."""
    return f"{target['name']}, {_signed(target['low'])} to {_signed(target['high'])}"


def baselines_of(result: Told) -> list[str]:
    """What learners are compared with."""
    return list(dict.fromkeys(name for told in result["differences"].values() for name in told))


def number(told: Any) -> float:
    """A number of the JSON; NaN where it has none."""
    return float("nan") if told is None else float(told)


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")
