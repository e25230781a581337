"""What is written to logs: where something failed, and never about whom or with what content."""

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

from django.db import InterfaceError, OperationalError

ExceptionInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
TELLING = (OSError, ImportError, OperationalError, InterfaceError)
"""Exceptions whose text is about machines. That of others may quote a row: PostgreSQL's has the
whole of one that a constraint refused."""


class Formatter(logging.Formatter):
    """Tracebacks without the texts of exceptions, but for those that tell of machines alone."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another handler made of it, texts and all
        return super().format(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802  the name that logging calls
        """From the exception that began it to the one that was raised, as Python shows them."""
        shown = []
        problem = ei[1]
        while problem is not None:
            frames = "".join(traceback.format_tb(problem.__traceback__)).rstrip()
            shown.append(f"Traceback (most recent call last):\n{frames}\n{_named(problem)}")
            problem = problem.__cause__ or (
                None if problem.__suppress_context__ else problem.__context__
            )
        return "\n\n".join(reversed(shown))


def _named(problem: BaseException) -> str:
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    return f"{name}: {problem}" if isinstance(problem, TELLING) else f"{name} (text left out)"
