"""Rules that the services of every room write by."""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)
Problems = dict[str, list[str]]


class ConflictError(Exception):
    """A key is taken by a row that says something else.

    `fields` names what differs, in words; it is empty where the caller may not know.
    """

    def __init__(self, message: str, *, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


def problems_of(record: models.Model, *, unchecked: Collection[str] = ()) -> Problems:
    """What is wrong with the fields of an unsaved record, by field name.

    Types, lengths, choices and ranges as the model states them; on top of that NaN and infinity,
    which Django's range validators let pass because they compare false with every bound, and the
    null character, which PostgreSQL cannot store. Relations are the caller's to check.
    """
    problems: Problems = {}
    skipped = {*unchecked, *_skipped_fields(record)}
    for field in record._meta.concrete_fields:
        if field.name in skipped:
            continue
        value = getattr(record, field.attname)
        if isinstance(value, float) and not math.isfinite(value):
            problems[field.name] = [f"Must be a finite number, not {value}."]
            skipped.add(field.name)
        elif isinstance(value, str) and "\0" in value:
            problems[field.name] = ["Must not contain the null character."]
            skipped.add(field.name)
    try:
        record.clean_fields(exclude=skipped)
    except ValidationError as refused:
        problems.update(
            {name: _texts(record, name, errors) for name, errors in refused.error_dict.items()}
        )
    return problems


def out_of_range(record: models.Model, bounds: Mapping[str, tuple[float, float]]) -> Problems:
    """The fields of `record` that lie outside their (lowest, highest), in words.

    NaN and infinity are left to `problems_of`, and fields that the record lacks are passed over.
    """
    problems: Problems = {}
    for name, (low, high) in bounds.items():
        value = getattr(record, name, None)
        if not isinstance(value, int | float) or not math.isfinite(value):
            continue
        if not low <= value <= high:
            problems[name] = [f"Must lie between {low:g} and {high:g}, not {value:g}."]
    return problems


def text_problems(record: models.Model, names: Iterable[str], longest: int) -> Problems:
    """Which of the free texts are too long."""
    lengths = {name: len(getattr(record, name)) for name in names}
    return {
        name: [f"Has {length} characters; at most {longest} are kept."]
        for name, length in lengths.items()
        if length > longest
    }


def refuse(problems: Problems) -> None:
    """Raise ValidationError with every problem at once, if there is any."""
    if problems:
        raise ValidationError({name: list(texts) for name, texts in problems.items()})


def add(record: Row) -> Row:
    """Save a new record whose fields were checked.

    Raises ValidationError that names the field when a value that must be unique is taken. The
    database is asked only after it refused, so that two requests at once get the same answer.
    """
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        record.validate_unique()
        record.validate_constraints()
        raise
    return record


def differing(stored: models.Model, sent: models.Model, names: Iterable[str]) -> Problems:
    """The fields in which two rows of one key differ, each with both values in words."""
    return {
        name: [f"Stored as {_shown(stored, name)}, sent as {_shown(sent, name)}."]
        for name in names
        if getattr(stored, _attname(stored, name)) != getattr(sent, _attname(sent, name))
    }


def _texts(record: models.Model, name: str, errors: Iterable[ValidationError]) -> list[str]:
    """What is wrong with a field; where it is none of the choices, with those that there are."""
    choices = getattr(record._meta.get_field(name), "flatchoices", ())
    known = ", ".join(str(value) for value, _ in choices if value)
    return [
        f"{text} There are: {known}." if error.code == "invalid_choice" else text
        for error in errors
        for text in error.messages
    ]


def _attname(record: models.Model, name: str) -> str:
    return str(getattr(record._meta.get_field(name), "attname", name))


def _shown(record: models.Model, name: str) -> str:
    value: Any = getattr(record, _attname(record, name))
    if value is None:
        return "empty"
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _skipped_fields(record: models.Model) -> Iterable[str]:
    for field in record._meta.concrete_fields:
        empty = field.null and getattr(record, field.attname) is None
        if field.is_relation or field.primary_key or empty:
            yield field.name
