"""Progress of long commands: a bar where someone watches, a line now and then where a log does."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 15.0

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and a word on the last."""


@contextmanager
def progress_bar(title: str, *, unit: str) -> Iterator[Progress]:
    """A bar whose total is known once the first thing is done."""
    watched = sys.stderr.isatty()
    with tqdm(
        desc=title,
        unit=unit,
        mininterval=0.1 if watched else SECONDS_BETWEEN_LINES,
        delay=0.0 if watched else SECONDS_BETWEEN_LINES,
    ) as bar:

        def show(done: int, total: int, note: str) -> None:
            bar.total = total
            bar.set_postfix_str(note[-30:], refresh=False)
            bar.update(done - bar.n)

        yield show
