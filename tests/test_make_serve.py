"""`make serve`: the port that was asked for, and an end that is one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, Process, free_port
from tests.waiting import until
from therapy.demonstration import servers

pytestmark = pytest.mark.system
STUBBORN = f"""#!{sys.executable}
import os, pathlib, signal, sys, time
if sys.argv[1] == "-m":
    signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[2] == "celery" else signal.SIG_DFL)
    if sys.argv[2] == "celery":
        os.fork()
    pathlib.Path(__file__).with_name(f"{{os.getpid()}}.pid").touch()
    time.sleep(300)
"""


def runs(pid: int) -> bool:
    """Ended ones that nobody has asked after do not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.mark.parametrize(
    "command",
    [("make", "-o", "setup", "serve"), (sys.executable, "manage.py", "demo", "--no-serve")],
    ids=["serve", "demo"],
)
def test_a_port_that_is_taken_is_refused_to_who_asked_for_it(
    taken: socket.socket, tmp_path: Path, command: tuple[str, ...]
) -> None:
    port = taken.getsockname()[1]
    settings = {"ATTUNE_MODE": "development", "ATTUNE_VAR": str(tmp_path), "PORT": str(port)}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert f"Port {port} is taken. Name one that is free in PORT." in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout, "nothing was begun"


def test_who_asked_for_none_is_told_which_one_it_is(
    taken: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = taken.getsockname()[1]
    monkeypatch.setattr(servers, "USUAL_PORT", usual)
    said: list[str] = []
    chosen = servers.choose_port(None, said.append)
    assert chosen != usual
    assert said == [f"Port {usual} is taken: the site will be on {chosen}."]


def test_who_serves_no_further_leaves_nothing_running(tmp_path: Path) -> None:
    """With a worker that does not end when it is told to, as in the midst of a long job."""
    python = tmp_path / "python"
    python.write_text(STUBBORN)
    python.chmod(0o700)
    serving = Process(
        ["make", "-o", "setup", "serve", f"PYTHON={python}", f"PORT={free_port()}"],
        log=tmp_path / "log",
        environment=os.environ,
    )

    def started() -> list[int]:
        return [int(file.stem) for file in tmp_path.glob("*.pid")]

    try:
        until(lambda: len(started()) == 3, "web server, worker and its child to run")
        os.kill(serving.popen.pid, signal.SIGTERM)
        serving.popen.wait(timeout=40)
        assert not [pid for pid in started() if runs(pid)]
    finally:
        for pid in filter(runs, started()):
            os.kill(pid, signal.SIGKILL)
