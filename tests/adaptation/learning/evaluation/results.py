"""The JSON of a small evaluation: learners that are right or wrong by construction."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adaptation.learning.evaluation.few_shot import FewShot, evaluate
from adaptation.learning.evaluation.report import as_json
from tests.adaptation.learning.evaluation.known import (
    Known,
    empty_store,
    known_set,
    quiet,
    recipe_for,
)

LEARNERS = {
    "offset": Known(off=1.0),
    "ridge": Known(off=0.9),
    "relation-kernel": Known(off=0.2, better=-0.1),  # every rating makes it worse
}
MISSING = {"value": None, "standard_error": None}


def some_result() -> dict[str, Any]:
    """Of twelve users in two halves; as `manage.py evaluate --json` writes it."""
    read: dict[str, Any] = json.loads(_written())
    return read


@cache
def _written() -> str:
    with TemporaryDirectory() as folder:
        told = evaluate(
            known_set(users=12),
            list(LEARNERS),
            FewShot((0, 1, 2), folds=3, seeds=(0, 1)),
            store=empty_store(Path(folder)),
            progress=quiet,
            recipe_of=lambda name: recipe_for(LEARNERS[name])(name),
        )
    return as_json(told)


def some_bins() -> list[dict[str, Any]]:
    """How often the likely was liked."""
    return [
        {"stated": 0.25, "observed": 0.3, "standard_error": 0.05, "answers": 40},
        {"stated": 0.75, "observed": 0.6, "standard_error": None, "answers": 40},
    ]
