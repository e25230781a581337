"""From what was typed to the fields of a plan; what is no number, day or id is told by field."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError

from therapy.pages.plan_editor.fields import Kind, kind_of, may_be_empty
from therapy.pages.plan_editor.typed import FIELDS, Row, Typed, rows_in
from therapy.people.models import Patient
from therapy.plans.goals import LEVELS
from therapy.plans.models import SessionPlan
from therapy.plans.naming import with_rows
from therapy.plans.services import drafted
from therapy.records import Problems, refuse


def read(patient: Patient, typed: Typed) -> tuple[SessionPlan, dict[str, Any]]:
    """The plan that the form asks for, checked and not saved, and its fields as `prescribe` takes
    them. Raises ValidationError with every problem that can be told at once."""
    fields, problems = fields_in(typed)
    fields, strange = _named(patient, fields)
    problems = strange | problems
    try:
        plan = drafted(patient=patient, **fields)
    except ValidationError as refused:
        problems = refused.message_dict | problems
    refuse(problems)
    return plan, fields


def fields_in(typed: Typed) -> tuple[dict[str, Any], Problems]:
    """The fields that could be read, and by field why others could not."""
    fields: dict[str, Any] = {"template": typed.get("template", "")}
    problems: Problems = {}
    for name in FIELDS:
        try:
            fields[name] = _value(name, typed)
        except ValueError as problem:
            problems[name] = [str(problem)]
    return fields, problems


def number(text: str) -> float:
    """A number as people type it, with a minus of either kind. Raises ValueError in words."""
    try:
        return float(text.strip().replace("−", "-"))
    except ValueError:
        raise ValueError(f"Must be a number such as 0.5, not “{text.strip()}”.") from None


def whole(text: str) -> int:
    """Raises ValueError in words."""
    try:
        return int(text.strip().replace("−", "-"))
    except ValueError:
        raise ValueError(f"Must be a whole number such as 5, not “{text.strip()}”.") from None


def _named(patient: Patient, fields: dict[str, Any]) -> tuple[dict[str, Any], Problems]:
    """The fields with the rows that ids in them name, without those that name nothing of ours."""
    try:
        return with_rows(patient.clinic, dict(fields)), {}
    except ValidationError as refused:
        kept = {name: value for name, value in fields.items() if name not in refused.message_dict}
        return with_rows(patient.clinic, kept), refused.message_dict


def _value(name: str, typed: Typed) -> Any:
    text = typed.get(name, "")
    value: Any = text
    match kind_of(name):
        case Kind.ROWS:
            value = [ROWS[name](row) for row in rows_in(typed, name)]
        case Kind.TAGS:
            value = typed.getlist(name)
        case Kind.TRACKS:
            value = _ids(typed.getlist(name))
        case Kind.FLAG:
            value = name in typed
        case Kind.TEXT:  # languages
            value = text.replace(",", " ").split()
        case kind if kind in ONE_THING or name == "therapist":
            value = _one_thing(name, text.strip(), ONE_THING.get(kind, whole))
    return value


def _one_thing(name: str, text: str, reader: Callable[[str], Any]) -> Any:
    if text:
        return reader(text)
    if may_be_empty(name):
        return None
    raise ValueError("Must be given.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"Must be a day such as 2026-03-01, not “{text}”.") from None


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    try:
        return list(dict.fromkeys(map(uuid.UUID, texts)))
    except ValueError:
        raise ValueError("Names what is no track.") from None


def _goal(row: Row) -> dict[str, Any]:
    return {
        "goal": _text(row, "goal"),
        "weight": _whole_or_text(row, "weight"),
        "levels": [_text(row, f"levels.{place}") for place in range(len(LEVELS))],
    }


def _trigger(row: Row) -> dict[str, Any]:
    return {"tag": _text(row, "tag"), "reason": _text(row, "reason")}


def _slot(row: Row) -> dict[str, Any]:
    return {
        "days": sorted(int(day) for day in row.get("days", ()) if day.isdecimal()),
        "at": _text(row, "at"),
        "minutes": _whole_or_text(row, "minutes"),
    }


def _asked(row: Row) -> dict[str, Any]:
    return {
        "measure": _text(row, "measure"),
        "when": _text(row, "when"),
        "may_skip": "may_skip" in row,
    }


def _text(row: Row, key: str) -> str:
    return row[key][0] if row.get(key) else ""


def _whole_or_text(row: Row, key: str) -> int | str:
    """What is no whole number is left to the plan's own checks, which say what it must be."""
    text = _text(row, key)
    try:
        return whole(text)
    except ValueError:
        return text


ONE_THING: Final[dict[Kind, Callable[[str], Any]]] = {
    Kind.NUMBER: number,
    Kind.WHOLE: whole,
    Kind.DAY: _day,
}
ROWS: Final[dict[str, Callable[[Row], dict[str, Any]]]] = {
    "goals": _goal,
    "triggers": _trigger,
    "schedule": _slot,
    "measures": _asked,
}
