"""Waiting for what another thread or process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 120.0


def until(
    condition: Callable[[], T | None], awaited: str, *, seconds: float = PATIENCE_SECONDS
) -> T:
    """The first true value of `condition`; fails, naming what was awaited, after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"Waited {seconds:g} s in vain for {awaited}.")
