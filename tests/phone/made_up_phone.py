"""A phone that lives as long as a test: a script of this folder in Node, told what to do line by
line."""

import json
import subprocess
from types import TracebackType
from typing import Any, Self

from tests.needs import ROOT
from tests.phone.node import NODE

PATIENCE = 60.0  # seconds in which Node has to end


class MadeUpPhone:
    def __init__(self, script: str = "run_sync.mjs") -> None:
        self._script = script

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            [NODE, ROOT / "tests" / "phone" / self._script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._node.stdin is not None
        self._node.stdin.close()
        try:
            self._node.wait(PATIENCE)
        finally:
            self._node.kill()

    def do(self, call: str, **given: Any) -> Any:
        """What a call of the script answers."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"call": call, **given}) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        assert line, f"{call} ended the phone (its reason is on stderr)"
        return json.loads(line)
