"""A throw-away installation with real processes, reached as anyone reaches one: by commands, HTTP
and SQL. The tests that use it are marked `system`.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from tests.needs import require
from tests.processes import ROOT, Process, RedisServer
from tests.with_postgres import postgres

LINES_SHOWN = 60


class JobRow(NamedTuple):
    """A job as the database has it."""

    kind: str
    state: str
    attempts: int
    error: str


@dataclass
class Installation:
    """One installation in `folder`: its settings, its processes, and the phone of its patient."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    token: str = ""
    tracks: list[str] = field(default_factory=list)
    address: str = ""
    processes: list[Process] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
        return inherited | {
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": str(self.folder / "var"),
            "ATTUNE_DATABASE_URL": self.database_url,
            "ATTUNE_BROKER_URL": "filesystem://",
            "ATTUNE_ADAPT_DELAY_SECONDS": "1",
            "ATTUNE_JOB_LEASE_SECONDS": "3",
            "ATTUNE_JOB_SWEEP_SECONDS": "1",
            "ATTUNE_LOG_LEVEL": "INFO",
            **self.settings,
        }

    # Commands

    def manage(self, *arguments: str) -> str:
        """What `manage.py` with these arguments writes to stdout; fails with its stderr."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stderr}"
        return done.stdout

    def prepare(self) -> None:
        """Make the tables, the clinic, the patient and the phone."""
        (self.folder / "var").mkdir(parents=True, exist_ok=True)
        self.manage("migrate", "--verbosity", "0")
        code = "from tests.seeding import seed; seed()"
        phone = json.loads(self.manage("shell", "--verbosity", "0", "--command", code))
        self.token, self.tracks = phone["token"], phone["tracks"]

    def start_worker(self) -> Process:
        """A worker with beat and two slots (exporting takes long, adapting does not), ready."""
        worker = self._start(
            "worker",
            [
                *(sys.executable, "-m", "celery", "-A", "worker.celery_app", "worker", "--beat"),
                *("--concurrency", "2", "--loglevel", "INFO"),
            ],
        )
        worker.until_it_says(r"celery@\S+ ready")
        return worker

    def add_phones(self, count: int) -> list[str]:
        """So many more patients with a phone each; the phones' tokens."""
        code = f"from tests.seeding import phones; phones({count})"
        tokens: list[str] = json.loads(self.manage("shell", "--verbosity", "0", "--command", code))
        return tokens

    def start_web(self, *options: str) -> Process:
        """The web server, on a port that the system chooses. Gunicorn's `options` win over ours."""
        web = self._start(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "therapy.wsgi", "--bind", "127.0.0.1:0"),
                *("--workers", "1", "--threads", "2", "--no-control-socket"),
                *options,
            ],
        )
        self.address = web.until_it_says(r"Listening at: (http://\S+)")[1]
        return web

    def _start(self, name: str, command: list[str]) -> Process:
        process = Process(command, log=self.folder / f"{name}.log", environment=self.environment)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """Kill everything and show the ends of the logs (pytest keeps them for a failed test)."""
        for process in self.processes:
            process.kill()
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            sys.stdout.write("\n".join([f"--- {log.name}", *lines[-LINES_SHOWN:], ""]))

    # HTTP

    def post(self, path: str, body: Mapping[str, Any]) -> int:
        """POST as the patient's phone; the status of the answer."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{path}: {refusal.code} {refusal.read().decode()}") from refusal

    def rate(self, times: int = 1) -> None:
        """Send that many new track ratings, each stored when this returns."""
        for number in range(times):
            body = {
                "id": str(uuid.uuid4()),
                "track": self.tracks[number % len(self.tracks)],
                "liking": number % 5 + 1,
                "rated_at": datetime.now(UTC).isoformat(),
            }
            assert self.post("track-ratings", body) == 201

    # SQL

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, on a connection of its own."""
        if self.database_url.startswith("sqlite"):
            connection = sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=30)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self.database_url, autocommit=True) as postgres:
            return postgres.execute(query.encode()).fetchall()

    def jobs(self, kind: str = "") -> list[JobRow]:
        """Every job, or every job of a kind, oldest first."""
        rows = self.sql("SELECT kind, state, attempts, error FROM worker_job ORDER BY created_at")
        return [row for row in map(JobRow._make, rows) if kind in ("", row.kind)]

    def ratings(self) -> int:
        return int(self.sql("SELECT count(*) FROM therapy_trackrating")[0][0])

    def ratings_in_newest_model(self) -> int:
        """How many ratings the newest model was made from; −1 before there is one."""
        rows = self.sql(
            "SELECT support_count FROM adaptation_patientmodel ORDER BY version DESC LIMIT 1"
        )
        return int(rows[0][0]) if rows else -1


Install = Callable[..., Installation]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A prepared installation to copy, so that every test need not prepare one."""
    folder = tmp_path_factory.mktemp("sqlite")
    (folder / "var").mkdir()
    template = Installation(folder, f"sqlite:///{folder}/var/attune.sqlite3")
    template.prepare()
    return template


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same on PostgreSQL, on a server that lives as long as the tests."""
    require("postgres")
    with postgres("template") as url:
        template = Installation(tmp_path_factory.mktemp("postgres"), url)
        template.prepare()
        yield template


@pytest.fixture
def install(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Install]:
    """Make an installation: `install(database="postgres", ATTUNE_JOB_SWEEP_SECONDS="9")`."""
    made: list[Installation] = []

    def make(*, database: str = "sqlite", **settings: str) -> Installation:
        template: Installation = request.getfixturevalue(f"{database}_template")
        folder = tmp_path / f"installation-{len(made)}"
        shutil.copytree(template.folder / "var", folder / "var")
        if database == "sqlite":
            url = f"sqlite:///{folder}/var/attune.sqlite3"
        else:
            name = f"copy_{uuid.uuid4().hex}"
            server = template.database_url.replace("/template?", "/postgres?")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "template"'.encode())
            url = template.database_url.replace("/template?", f"/{name}?")
        copy = replace(template, folder=folder, database_url=url, settings=settings, processes=[])
        made.append(copy)
        return copy

    yield make
    for installation in made:
        installation.stop()


@pytest.fixture
def installation(install: Install) -> Installation:
    """One installation on SQLite, with nothing running yet."""
    return install()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(require("redis"), tmp_path)
    yield server
    server.stop()
