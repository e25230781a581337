"""How a command tells people what it could not do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.core.management import CommandError

from therapy.people.care import CareEnded


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what services and selectors refuse into one line for each problem, no traceback."""
    try:
        yield
    except ValidationError as refused:
        if hasattr(refused, "error_dict"):
            lines = [_line(name, texts) for name, texts in refused.message_dict.items()]
        else:
            lines = refused.messages
        raise CommandError("\n".join(lines)) from refused
    except (ObjectDoesNotExist, CareEnded) as told:
        raise CommandError(str(told)) from told


def in_words(problem: Exception) -> str:
    """What went wrong; of a file, without the number that the system has for it."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'The disk'}: {problem.strerror}."
    return str(problem)


def _line(name: str, texts: list[str]) -> str:
    said = " ".join(texts)
    return said if name == NON_FIELD_ERRORS else f"{name}: {said}"
