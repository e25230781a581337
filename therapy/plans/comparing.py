"""What a version of a plan says, field by field, and two versions side by side."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import models

from therapy.plans.models import SessionPlan
from therapy.plans.sections import dose, music, safety, target
from therapy.plans.sections.clinical import Clinical

SECTIONS: Final[dict[str, type[models.Model]]] = {
    "Clinical": Clinical,
    "Target": target.Target,
    "Music": music.Music,
    "Dose": dose.Dose,
    "Safety": safety.Safety,
}


@dataclass(frozen=True)
class Change:
    """A field in which two versions differ, with both values as `said` has them."""

    field: str
    before: Any
    after: Any

    @property
    def values(self) -> tuple[Any, Any]:
        return self.before, self.after


def fields_of(section: str) -> list[str]:
    """The names of a section's fields, in the order in which it declares them."""
    options = SECTIONS[section]._meta
    declared = [*options.local_fields, *options.local_many_to_many]
    return [field.name for field in sorted(declared, key=lambda field: field.creation_counter)]


def said(plan: SessionPlan) -> dict[str, Any]:
    """What the version says, by field, section after section: people and tracks by name, all else
    as the API has it. Reads the plan's tracks and therapist, so have them at hand."""
    return {name: _said(plan, name) for section in SECTIONS for name in fields_of(section)}


def compare(before: SessionPlan, after: SessionPlan) -> list[Change]:
    """Every field that differs, in the order of `said`."""
    earlier, later = said(before), said(after)
    return [
        Change(name, earlier[name], later[name]) for name in later if earlier[name] != later[name]
    ]


def _said(plan: SessionPlan, name: str) -> Any:
    field = SessionPlan._meta.get_field(name)
    if field.many_to_many:
        return sorted(track.title for track in getattr(plan, name).all())
    if field.is_relation:
        return None if (held := getattr(plan, name)) is None else str(held)
    return getattr(plan, name)
