"""What the form begins with: the version in force, or a template."""

from typing import Any, Final

from therapy.pages.plan_editor.typed import FIELDS, Typed, typed_of
from therapy.people.models import Patient
from therapy.plans.comparing import fields_of
from therapy.plans.models import SessionPlan
from therapy.plans.naming import TRACKS
from therapy.plans.templates import TEMPLATES

KEPT: Final = (
    *fields_of("Clinical"),
    *fields_of("Safety"),
    *("triggers", "never_tracks", "always_tracks", "excluded_tags", "explicit_allowed"),
)
"""What a template leaves as the version in force has it: what was found out about the patient, and
what must not be played to them, is as true under another plan."""


def begun(patient: Patient, current: SessionPlan | None, template: str = "") -> Typed:
    """The form of the version in force; of a template, with what is `KEPT` of that version; or of
    neither. Raises KeyError for an unknown template."""
    plan = current or SessionPlan(patient=patient)
    values = {name: _value(plan, name, of=current) for name in FIELDS}
    if template:
        fresh = SessionPlan(patient=patient, **TEMPLATES[template].fields)
        values |= {name: getattr(fresh, name) for name in FIELDS if name not in KEPT}
    typed = typed_of(values)
    typed["template"] = template or plan.template
    typed["base"] = str(current.version if current is not None else 0)
    return typed


def _value(plan: SessionPlan, name: str, *, of: SessionPlan | None) -> Any:
    if name in TRACKS:
        return getattr(of, name).all() if of is not None else ()
    return getattr(plan, name)
