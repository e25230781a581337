"""The web server and the worker as child processes, for as long as the demonstration lasts."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from django.conf import settings

# A newcomer signs in by password alone, and every page says so. Nobody here is a person.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "ATTUNE_REQUIRE_SECOND_FACTOR": "false"}
USUAL_PORT = 8000
PATIENCE = 90.0  # seconds until the web server must answer


class DidNotStart(Exception):
    """A child process ended or did not answer; the text names its log."""


class PortTaken(Exception):
    """Somebody else listens on the port that was asked for."""


@dataclass(frozen=True)
class Running:
    """The two processes, and where the site is."""

    address: str
    children: tuple[tuple[str, "subprocess.Popen[bytes]"], ...]

    def ended(self) -> str:
        """Name of a child that has ended, or nothing."""
        return next((name for name, child in self.children if child.poll() is not None), "")


def choose_port(asked: int | None, say: Callable[[str], None]) -> int:
    """The port that was asked for; without one, the usual one, or another that is free, and then
    that is said. Raises PortTaken."""
    if _free(asked or USUAL_PORT) is not None:
        return asked or USUAL_PORT
    other = _free(0)
    if asked is not None or other is None:
        raise PortTaken(f"Port {asked or USUAL_PORT} is taken. Name one that is free in PORT.")
    say(f"Port {USUAL_PORT} is taken: the site will be on {other}.")
    return other


@contextmanager
def running(port: int) -> Iterator[Running]:
    """Both processes, on a port that `choose_port` gave."""
    address = f"127.0.0.1:{port}"
    children = tuple(
        (name, _start(name, command.split()))
        for name, command in (
            ("web", f"gunicorn therapy.wsgi --bind {address} --threads 4 --no-control-socket"),
            ("worker", "celery -A worker.celery_app worker --beat --concurrency 1"),
        )
    )
    site = Running(f"http://{address}", children)
    try:
        _wait_for(site)
        yield site
    finally:
        for _, child in children:
            child.terminate()
        for _, child in children:
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()


def log_of(name: str) -> Path:
    """The file that a child writes to."""
    return Path(settings.VAR) / "log" / f"{name}.log"


def _start(name: str, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    log = log_of(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 — our own commands, nothing from outside
            [sys.executable, "-m", *command],
            cwd=settings.ROOT,
            env=os.environ | ENVIRONMENT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _wait_for(site: Running) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if name := site.ended():
            raise DidNotStart(f"The {name} process ended at once; see {log_of(name)}.")
        try:
            if requests.get(f"{site.address}/healthz", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.3)
    raise DidNotStart(f"The web server did not answer in {PATIENCE:.0f} s; see {log_of('web')}.")


def _free(port: int) -> int | None:
    """`port`, or any for 0, if nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])
