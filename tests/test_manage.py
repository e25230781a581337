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


ANY_DOOR = {
    "manage.py": ("manage.py", "check"),
    "gunicorn": ("-m", "gunicorn", "therapy.wsgi", "--bind=127.0.0.1:0", "--no-control-socket"),
    "worker": ("-m", "celery", "-A", "worker.celery_app", "worker"),
}


@pytest.mark.parametrize("door", ANY_DOOR.values(), ids=ANY_DOOR)
@pytest.mark.parametrize(
    ("name", "holds", "told"),
    [
        ("ATTUNE_PUSH_KEY_FILE", "no key", "run `manage.py make_push_key FILE`"),
        ("ATTUNE_PUSH_KEY_FILE", None, "cannot be read: No such file or directory."),
        ("ATTUNE_EMAIL_FROM_FILE", None, "cannot be read: No such file or directory."),
    ],
)
def test_a_setting_that_is_wrong_is_told_in_a_sentence_at_every_start(
    tmp_path: Path, door: tuple[str, ...], name: str, holds: str | None, told: str
) -> None:
    file = tmp_path / "value"
    if holds is not None:
        file.write_text(holds)
    done = subprocess.run(
        [sys.executable, *door],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": str(tmp_path),
            name: str(file),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    line = next(line for line in done.stderr.splitlines() if told in line)
    assert line.startswith(name)
    assert str(file) in line
