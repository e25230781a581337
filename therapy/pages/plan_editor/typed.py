"""What the form holds, as it was typed: texts by the names of the inputs, nothing judged.

The parts of rows are named `goals.0.weight`, as the plan's own checks name them
(therapy/plans/sections/lists.py).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.datastructures import MultiValueDict

from therapy.pages.plan_editor.fields import PARTS, Kind, kind_of
from therapy.plans.services import PlanFields

Typed = MultiValueDict[str, str]
Row = Mapping[str, Sequence[str]]  # texts by the names of the row's parts

FIELDS: Final = tuple(PlanFields.__annotations__)
TAGS: Final = tuple(name for name in FIELDS if kind_of(name) == Kind.TAGS)
MOOD: Final = {"mood_valence": "-0.5", "mood_arousal": "0.5"}
"""The mood to draw and try from, and what it is at first: unpleasant and excited."""

BESIDES: Final = ("template", "base", "search", *MOOD)
"""What the form holds that is no field of a plan. `base` is the version that the next follows."""

PART = re.compile(rf"({'|'.join(PARTS)})\.(\d{{1,3}})\.(.{{1,20}})")


def tidied(sent: MultiValueDict[str, str]) -> Typed:
    """What was sent, without the rows in which nothing is filled and without what is no input of
    the form; tags that were typed in words stand with those that were ticked."""
    typed: Typed = MultiValueDict()
    rows: dict[str, dict[int, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(dict))
    for name, texts in sent.lists():
        if found := PART.fullmatch(name):
            rows[found[1]][int(found[2])][found[3]] = texts
        elif name in FIELDS or name in BESIDES:
            typed.setlist(name, [text.replace("\r\n", "\n") for text in texts])
    for name, numbered in rows.items():
        put_rows(typed, name, [row for _, row in sorted(numbered.items()) if _is_filled(name, row)])
    for name in TAGS:
        more = [tag.strip() for tag in sent.get(f"{name}.more", "").split(",")]
        typed.setlist(name, [*typed.getlist(name), *filter(None, more)])
    return typed


def typed_of(values: Mapping[str, Any]) -> Typed:
    """The form of a plan that says this, by field; its tracks and therapist by their rows."""
    typed: Typed = MultiValueDict({name: [text] for name, text in MOOD.items()})
    for name, value in values.items():
        kind = kind_of(name)
        if kind == Kind.ROWS:
            put_rows(typed, name, [dict(_parts(row)) for row in value])
        elif kind in {Kind.TAGS, Kind.TRACKS}:
            typed.setlist(name, [text_of(getattr(one, "pk", one)) for one in value])
        elif kind != Kind.FLAG or value:
            typed[name] = text_of(getattr(value, "pk", value))
    return typed


def rows_in(typed: Typed, name: str) -> list[Row]:
    """The rows of one field, of a form that is tidied."""
    rows: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for key, texts in typed.lists():
        if (found := PART.fullmatch(key)) and found[1] == name:
            rows[int(found[2])][found[3]] = texts
    return [rows[number] for number in sorted(rows)]


def put_rows(typed: Typed, name: str, rows: Sequence[Row]) -> None:
    """Number the rows from 0 on."""
    for number, row in enumerate(rows):
        for key, texts in row.items():
            typed.setlist(f"{name}.{number}.{key}", list(texts))


def text_of(value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, date) else str(value)


def _parts(row: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for key, value in row.items():
        if key == "levels":
            yield from ((f"levels.{place}", [text]) for place, text in enumerate(value))
        elif isinstance(value, list):
            yield key, [str(one) for one in value]
        elif value is not False:
            yield key, [str(value)]


def _is_filled(name: str, row: Row) -> bool:
    looked_at = (part for part in PARTS[name] if not part.begins and part.kind != Kind.FLAG)
    return any(text.strip() for part in looked_at for text in row.get(part.key, ()))
