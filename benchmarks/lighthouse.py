"""Lighthouse on a page, in the system's Chromium. It is no part of the app: npm fetches it into a
folder of its own under var/ when this runs for the first time."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.needs import ROOT, require

VERSION = "13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
PATIENCE = 300  # seconds


def judged(address: str, report: Path) -> dict[str, Any]:
    """Scores 0..100 by category as on a phone (Lighthouse's own settings: slow 4G, a processor four
    times slower), what cost points, and how fast Lighthouse found this machine (its benchmark
    index; it warns of a slow machine, for which those settings ask too much). A run that fails, as
    some do on a busy machine, is tried once more."""
    for _ in range(2):
        _run(address, report)
        found = json.loads(report.read_text())
        scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
        if None not in scores.values():
            break
    return {
        "scores": {name: score and round(100 * score) for name, score in scores.items()},
        "below": [
            f"{audit['id']}: {audit.get('displayValue', audit['score'])}"
            for name in CATEGORIES
            for each in found["categories"][name]["auditRefs"]
            if each["weight"] > 0
            and (audit := found["audits"][each["id"]])["score"] not in (None, 1)
        ],
        "benchmark_index": round(found["environment"]["benchmarkIndex"]),
    }


def _run(address: str, report: Path) -> None:
    cache = ROOT / "var" / "lighthouse"
    subprocess.run(  # noqa: S603  its arguments are ours
        [
            *(ROOT / "phone/npm.sh", "exec", "--yes", "--cache", cache),
            *("--loglevel", "error", f"lighthouse@{VERSION}", "--", address, "--quiet"),
            *(
                "--output=json",
                f"--output-path={report}",
                f"--only-categories={','.join(CATEGORIES)}",
            ),
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        ],
        env=os.environ | {"CHROME_PATH": require("chromium")},
        timeout=PATIENCE,
        check=False,  # what it could not do is in its report
        capture_output=True,
    )
