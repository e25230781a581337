"""The ground under every test: an installation's folder of its own, and no reach into yours.

Django's settings read the environment once, so it is laid out here, before anything loads them.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings

from tests.needs import require

pytest_plugins = ["tests.browsing", "tests.installation"]

KEPT = {"ATTUNE_DATA", "ATTUNE_REQUIRE"}


def _lay_out_environment() -> Path:
    """A folder for this process (each xdist worker is one), and development's own settings."""
    if settings.configured:
        raise pytest.UsageError(
            "Django's settings were loaded before the tests could give them a folder of their own. "
            "Unset DJANGO_SETTINGS_MODULE."
        )
    folder = Path(tempfile.mkdtemp(prefix="attune-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "static").mkdir()  # whitenoise warns of a missing one
    database = os.environ.get("ATTUNE_DATABASE_URL", "")
    for name in [n for n in os.environ if n.startswith("ATTUNE_") and n not in KEPT]:
        del os.environ[name]
    if not database.startswith("postgres"):  # an xdist worker inherits its parent's SQLite
        database = f"sqlite:///{folder / 'attune.sqlite3'}"
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "therapy.settings",
        "ATTUNE_MODE": "development",
        "ATTUNE_DEBUG": "false",
        "ATTUNE_VAR": str(folder),
        "ATTUNE_DATABASE_URL": database,
        "ATTUNE_BROKER_URL": "filesystem://",
        # More threads than one only take the cores from each other, and change last digits.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    return folder


VAR = _lay_out_environment()
django.setup()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: reads or writes the database (set by itself)")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """An xdist worker that inherits the name of the settings would load them before it has a
    folder of its own, and share ours."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what talks to the database, so that it can be chosen to run on PostgreSQL as well, and
    keep what starts real processes in one xdist worker: they share what they prepare."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("database")
        if item.get_closest_marker("system"):
            item.add_marker(pytest.mark.xdist_group("system"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, need in {"redis": "redis", "browser": "chromium"}.items():
        if item.get_closest_marker(marker):
            require(need)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep SQLite's test database in a file: one in memory has no WAL, and threads cannot wait
    for each other's locks there as the web process and the worker do."""
    default = settings.DATABASES["default"]
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(VAR / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def walls_of_requests_alone() -> Iterator[None]:
    """A test sees every clinic, as a command does. A request that it makes starts within no walls,
    as a real one does, and sees what its own door lets it see."""
    from django.core.handlers.base import BaseHandler
    from django_scopes.state import state

    from therapy.access.walls import outside_all_walls

    answer = BaseHandler.get_response

    def from_outside(handler: BaseHandler, request: Any) -> Any:
        of_the_test = state.set(None)
        try:
            return answer(handler, request)
        finally:
            state.reset(of_the_test)

    with pytest.MonkeyPatch.context() as patched, outside_all_walls():
        patched.setattr(BaseHandler, "get_response", from_outside)
        yield
