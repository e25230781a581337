"""Two versions of a plan side by side."""

from dataclasses import dataclass
from typing import Any

from therapy.plans.models import SessionPlan

OF_THE_ROW = {"id", "patient", "version", "created_by", "created_at"}


@dataclass(frozen=True)
class Change:
    """A field in which two versions differ, with both values as the API has them."""

    field: str
    before: Any
    after: Any


def compare(before: SessionPlan, after: SessionPlan) -> list[Change]:
    """Every field that differs, by name. Reads the tracks of both, so have them
    prefetched."""
    names = [field.name for field in SessionPlan._meta.fields if field.name not in OF_THE_ROW]
    names += [field.name for field in SessionPlan._meta.many_to_many]
    changes = (Change(name, _said(before, name), _said(after, name)) for name in sorted(names))
    return [change for change in changes if change.before != change.after]


def _said(plan: SessionPlan, name: str) -> Any:
    field = SessionPlan._meta.get_field(name)
    if field.many_to_many:
        return sorted(track.title for track in getattr(plan, name).all())
    if field.is_relation:
        return None if (held := getattr(plan, name)) is None else str(held)
    return getattr(plan, name)
