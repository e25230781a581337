"""The private key of pushes: in a file that only its owner reads, and nowhere else."""

import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from therapy.reminders.vapid import public_key_of, push_key


def made(file: Path) -> str:
    said = StringIO()
    call_command("make_push_key", file, stdout=said)
    return said.getvalue()


def test_the_key_is_in_the_file_and_its_public_half_is_told(tmp_path: Path, settings: Any) -> None:
    file = tmp_path / "push.key"
    said = made(file)
    key = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key not in said
    assert f"ATTUNE_PUSH_KEY_FILE={file}" in said
    settings.PUSH_KEY = key
    assert push_key() == public_key_of(key)
    assert str(push_key()) in said


def test_a_key_that_is_there_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "push.key"
    made(file)
    before = file.read_text()
    with pytest.raises(CommandError, match="is there already"):
        made(file)
    assert file.read_text() == before
    with pytest.raises(CommandError, match="cannot be written"):
        made(tmp_path / "no" / "folder")


@pytest.mark.parametrize("broken", ["x", "AAAA", "A" * 43, "not base64!", "ä" * 43])
def test_a_setting_that_is_no_key_is_named(broken: str, settings: Any) -> None:
    settings.PUSH_KEY = broken
    with pytest.raises(ImproperlyConfigured, match="ATTUNE_PUSH_KEY"):
        push_key()
