"""Clinics with the small base released, for phones in TypeScript and for the patient's app."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from adaptation.learning.bases import Base
from exports import releasing, services
from tests.browsing import PHONE, context_of
from tests.exports.conftest import keep
from tests.installation import Installation
from tests.people import People, settle
from tests.phone.bad_network import Network, between
from tests.phone.built import build_app
from tests.phone.patient import Patient
from tests.phone.site import Site
from tests.phone.surgery import Surgery, give_sound, prepare, surgery
from tests.practice import Practice, open_practice
from tests.trained import shared_folder, small_base, small_graphs
from therapy.reminders.vapid import new_private_key

PUSH_KEY = new_private_key()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Base:
    return small_base(shared_folder(tmp_path_factory, worker_id))


@pytest.fixture
def practice(
    db: None,
    base: Base,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Practice:
    """A clinic with the small base released, whose comparison with PyTorch is kept short."""
    folder = tmp_path_factory.mktemp("installation")
    settings.MEDIA_ROOT, settings.SIGNING_KEY_FOLDER = folder / "files", folder / "keys"
    monkeypatch.setattr(releasing, "TEMPLATE_CASES", 1)
    monkeypatch.setattr(services, "MEASURED", 1)
    opened = open_practice(base)
    keep(small_graphs(shared_folder(tmp_path_factory, worker_id)), opened)
    return opened


@pytest.fixture
def people() -> People:
    return settle()


@pytest.fixture
def network(live_server: Any) -> Iterator[Network]:
    with between(live_server.url) as network:
        yield network


@pytest.fixture(scope="session")
def app_built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The app as it would be served now."""
    return build_app(tmp_path_factory.mktemp("app"))


@pytest.fixture
def plan() -> dict[str, Any]:
    """What the plan of the practice's patient says beside the usual; modules have their own."""
    return {}


@pytest.fixture
def clinic(
    transactional_db: None,
    base: Base,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    monkeypatch: pytest.MonkeyPatch,
    app_built: Path,
    plan: dict[str, Any],
) -> Iterator[Surgery]:
    """The practice with a real web server. Its files are where the settings say, which the server
    reads too."""
    monkeypatch.setattr(releasing, "TEMPLATE_CASES", 1)
    monkeypatch.setattr(services, "MEASURED", 1)
    opened = open_practice(base)
    keep(small_graphs(shared_folder(tmp_path_factory, worker_id)), opened)
    give_sound(opened, tracks=6)
    prepare(opened.patient, **plan)
    settings = {"ATTUNE_PHONE_APP": str(app_built), "ATTUNE_PUSH_KEY": PUSH_KEY}
    with surgery(opened, tmp_path, **settings) as served:
        yield served


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone."""
    with context_of(chromium, PHONE, locale="en-GB", timezone_id="UTC") as context:
        yield context


@pytest.fixture
def app_alone(clinic: Surgery, context: BrowserContext) -> Patient:
    """The app on a phone that knows nobody yet."""
    return Patient(context, clinic.network.url)


@pytest.fixture
def app(app_alone: Patient, clinic: Surgery) -> Patient:
    """The patient's app, connected, everything agreed to, on Today."""
    app_alone.come_in(clinic.code())
    return app_alone


@pytest.fixture(scope="session")
def waiting_room_template(
    sqlite_template: Installation,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    app_built: Path,
) -> Installation:
    """The installation of tests/phone/waiting_room.py, with the app as it is built now."""
    copy = _copied(sqlite_template, tmp_path_factory.mktemp("waiting-room"))
    copy = replace(copy, settings={"ATTUNE_PHONE_APP": str(app_built)})
    shared = shared_folder(tmp_path_factory, worker_id)
    small_graphs(shared)
    _shell(copy, f"from tests.phone.waiting_room import seed; seed({str(shared)!r})")
    return copy


@pytest.fixture(scope="module")
def site(
    waiting_room_template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server of its own for the module, with patients who may connect a phone."""
    installation = _copied(waiting_room_template, tmp_path_factory.mktemp("site"))
    yield Site(installation)
    installation.stop()


@pytest.fixture(scope="module")
def codes(site: Site) -> dict[str, str]:
    """What connects a phone, by the patient's code."""
    said = _shell(site.installation, "from tests.phone.waiting_room import *; pairing_codes()")
    codes: dict[str, str] = json.loads(said)
    return codes


def _copied(template: Installation, folder: Path) -> Installation:
    shutil.copytree(template.folder / "var", folder / "var")
    url = f"sqlite:///{folder}/var/attune.sqlite3"
    return replace(template, folder=folder, database_url=url, processes=[])


def _shell(installation: Installation, code: str) -> str:
    return installation.manage("shell", "--verbosity", "0", "--command", code)
