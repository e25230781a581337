"""Real programs for the tests that are marked `system`: started, listened to, killed."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A TCP port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Process:
    """A program in a process group of its own, so that it can be killed with all its children."""

    def __init__(self, command: list[str], *, log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self.start = output.tell()
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it wrote since it was started."""
        return self.log.read_bytes()[self.start :].decode(errors="replace")

    def until_it_says(self, pattern: str) -> "re.Match[str]":
        """Wait for a line; fails at once when the process is gone."""

        def found() -> "re.Match[str] | None":
            match = re.search(pattern, self.said())
            if match is None and self.popen.poll() is not None:
                raise AssertionError(f"{self.log.stem} is gone:\n{self.said()[-3000:]}")
            return match

        return until(found, f"{self.log.stem} to say {pattern!r}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal to the whole group, and wait; SIGKILL if that takes too long."""
        for attempt in (number, signal.SIGKILL):
            try:
                os.killpg(self.popen.pid, attempt)
                self.popen.wait(timeout=20)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue

    def kill(self) -> None:
        self.stop(signal.SIGKILL)


class RedisServer:
    """A Redis that keeps nothing, on a port of its own."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [
            *(program, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(folder)),
        ]
        self._log = folder / "redis.log"
        self.start()

    def start(self) -> None:
        self._process = Process(self._command, log=self._log, environment=os.environ)
        self._process.until_it_says("Ready to accept connections")

    def stop(self) -> None:
        self._process.stop()
