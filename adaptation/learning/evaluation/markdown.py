"""Markdown that a model card is written in."""

from collections.abc import Sequence

from adaptation.learning.evaluation.told import Told


def joined(parts: Sequence[Sequence[str]]) -> str:
    """Blocks, an empty line between any two."""
    return "\n\n".join(block for part in parts for block in part) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as a block, or nothing where there are no rows."""
    if not rows:
        return []
    lines = [columns, ["---"] * len(columns), *rows]
    return ["\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)]


def bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def with_error(told: Told, *, signed: bool = False) -> str:
    """A measure of the JSON ± its standard error; a signed one is a small difference."""
    value, error = told["value"], told["standard_error"]
    if value is None:
        return "–"
    digits = 4 if signed else 3
    said = f"{value:{'+' if signed else ''}.{digits}f}"
    return (said if error is None else f"{said} ± {error:.{digits}f}").replace("-", "−")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
