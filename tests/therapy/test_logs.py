"""A log says where something failed, and nothing of whom or with what content."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, OperationalError

from therapy.logs import Formatter


@pytest.fixture
def log() -> Iterator[Callable[[Exception], str]]:
    """Log an exception; what was written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Formatter(fmt="%(message)s"))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)

    def write(problem: Exception) -> str:
        try:
            try:
                raise ValueError("inner secret")
            except ValueError as inner:
                raise problem from inner
        except Exception:
            logger.exception("It failed")
        return stream.getvalue()

    yield write
    logger.removeHandler(handler)


def test_the_text_of_an_exception_is_left_out(log: Callable[[Exception], str]) -> None:
    said = log(IntegrityError("DETAIL: Failing row contains (secret)."))
    assert "secret" not in said.replace('ValueError("inner secret")', "")
    assert "django.db.utils.IntegrityError (text left out)" in said
    assert "builtins.ValueError (text left out)" in said
    assert "in write" in said
    assert said.index("builtins.ValueError (") < said.index("IntegrityError (")


@pytest.mark.parametrize("problem", [OSError("disk full"), OperationalError("no connection")])
def test_what_a_machine_says_is_kept(log: Callable[[Exception], str], problem: Exception) -> None:
    assert str(problem) in log(problem)


def test_what_another_handler_made_of_it_is_not_used() -> None:
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "It failed", None, None)
    record.exc_text = "ValueError: secret"
    assert Formatter(fmt="%(message)s").format(record) == "It failed"
