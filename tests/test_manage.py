"""The door for every command says what to do where there is no database yet."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "command", [("jobs",), ("model_card", "--base", "starter", "--to", "-")], ids=lambda c: c[0]
)
def test_without_tables_a_command_says_how_to_make_them(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": str(tmp_path),
            "ATTUNE_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "The database is not set up: run `python manage.py migrate`, or `make demo`."
    )
    assert "Traceback" not in done.stderr
