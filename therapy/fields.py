"""Parts that the records of every room share."""

import uuid
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class Record(models.Model):
    """A row whose key the phone may make before it has met the server."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def affect_field(help_text: str, **options: Any) -> "models.FloatField[Any, Any]":
    """A coordinate of the affect plane, −1..1 (the Affective Slider's range, PLOS ONE 0148037)."""
    bounds = [MinValueValidator(-1.0), MaxValueValidator(1.0)]
    return models.FloatField(help_text=f"{help_text}, −1..1", validators=bounds, **options)


def within(name: str, low: float, high: float, *, constraint: str) -> models.CheckConstraint:
    """The column lies in low..high, or is empty where it may be.

    An upper bound keeps NaN out too: PostgreSQL sorts it above all numbers, and SQLite stores it as
    NULL.
    """
    return models.CheckConstraint(
        condition=Q(**{f"{name}__gte": low, f"{name}__lte": high}), name=constraint
    )


def one_of(name: str, *choices: str, constraint: str) -> models.CheckConstraint:
    """The column holds one of the choices. (`class Meta` cannot see the choices of its model.)"""
    return models.CheckConstraint(condition=Q(**{f"{name}__in": choices}), name=constraint)
