"""Every row that belongs to a patient: found by following foreign keys, so that no table can be
forgotten when one is added.

Whatever points to a patient is theirs, and so is whatever points to a row of theirs. The managers
of the records are passed by: they stop at a clinic's walls, and some refuse to delete.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, TypeAlias

from django.apps import apps
from django.db import models

from therapy.people.models import Patient

Rows: TypeAlias = dict[type[models.Model], set[Any]]
"""Primary keys by model."""

AT_ONCE = 500  # keys in one query


def rows_of(patient_id: uuid.UUID) -> Rows:
    """The keys of the patient's row and of every row that leads to it."""
    found: Rows = {Patient: {patient_id}}
    newly: Rows = found
    while newly:
        newly = _pointing_to(newly)
        newly = {model: keys - found.get(model, set()) for model, keys in newly.items()}
        newly = {model: keys for model, keys in newly.items() if keys}
        for model, keys in newly.items():
            found[model] = found.get(model, set()) | keys
    return found


@cache
def tables() -> frozenset[type[models.Model]]:
    """The models whose rows can belong to a patient, the patients' own among them."""
    found: set[type[models.Model]] = {Patient}
    while more := {link.model for link in _links() if _target(link) in found} - found:
        found |= more
    return frozenset(found)


def all_models() -> Iterator[type[models.Model]]:
    """Every table that an installed app has, those between two tables too."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def in_batches(keys: Collection[Any]) -> Iterator[list[Any]]:
    listed = list(keys)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def _pointing_to(rows: Rows) -> Rows:
    """The keys of the rows with a foreign key to one of these."""
    pointing: Rows = defaultdict(set)
    for link in _links():
        for keys in in_batches(rows.get(_target(link), ())):
            leading = link.model._base_manager.filter(**{f"{link.name}__in": keys})
            pointing[link.model].update(leading.values_list("pk", flat=True))
    return pointing


@cache
def _links() -> "tuple[models.ForeignKey[Any, Any], ...]":
    """Every foreign key of every table."""
    return tuple(
        field
        for model in all_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey)
    )


def _target(link: "models.ForeignKey[Any, Any]") -> type[models.Model]:
    target = link.related_model._meta.concrete_model
    assert target is not None  # only abstract models have none
    return target
