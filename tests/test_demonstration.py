"""The newcomer's first command, from an empty folder to a playlist."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, free_port

pytestmark = pytest.mark.system


def demonstrate(folder: Path) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if "ATTUNE_" not in name}
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve", "--port", str(free_port())],
        cwd=ROOT,
        env=inherited | {"ATTUNE_MODE": "development", "ATTUNE_VAR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demonstration_reaches_its_end_and_does_so_again(tmp_path: Path) -> None:
    first = demonstrate(tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "The main job is done." in first.stdout
    assert "Starter catalogue: 48 pieces." in first.stdout
    assert "trained on 400 simulated listeners" in first.stdout
    assert "same order in 5 of 5 cases" in first.stdout
    assert first.stdout.count(": from mood (-0.40, +0.50)") == 2
    assert "`make demo` goes on to serve the site and prints its logins." in first.stdout
    second = demonstrate(tmp_path)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "has rated before" in second.stdout
    assert "The main job is done." in second.stdout


def test_it_refuses_to_make_up_patients_in_production(tmp_path: Path) -> None:
    settings = {
        "ATTUNE_MODE": "production",
        "ATTUNE_VAR": str(tmp_path),
        "ATTUNE_SECRET_KEY": "x" * 60,
        "ATTUNE_TEXT_KEYS": "ODk0NDg5NDgzMjg5NDgzMjQ4OTQzODI0ODMyNDg5MzI=",
        "ATTUNE_HOSTS": "attune.example",
        "ATTUNE_DATABASE_URL": f"sqlite:///{tmp_path}/never.sqlite3",
        "ATTUNE_BROKER_URL": "redis://localhost:1/0",
        "ATTUNE_EMAIL_URL": "smtp://localhost:1",
    }
    refused = subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "not in production" in refused.stderr
