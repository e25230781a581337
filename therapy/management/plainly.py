"""How a command tells people what it could not do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management import CommandError


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what services and selectors refuse into one line for each problem, no traceback."""
    try:
        yield
    except ValidationError as refused:
        if hasattr(refused, "error_dict"):
            lines = [f"{name}: {' '.join(texts)}" for name, texts in refused.message_dict.items()]
        else:
            lines = refused.messages
        raise CommandError("\n".join(lines)) from refused
    except ObjectDoesNotExist as missing:
        raise CommandError(str(missing)) from missing
