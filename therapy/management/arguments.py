"""Types of command-line arguments that refuse nonsense by name, before anything is done."""

from argparse import ArgumentTypeError
from collections.abc import Callable


def whole_number(low: int, high: int | None = None) -> Callable[[str], int]:
    """A whole number in low..high."""

    def parse(text: str) -> int:
        bounds = f"{low} or more" if high is None else f"{low} to {high}"
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"'{text}' is no whole number ({bounds}).") from None
        if number < low or (high is not None and number > high):
            raise ArgumentTypeError(f"{number} is out of range: {bounds}.")
        return number

    return parse
