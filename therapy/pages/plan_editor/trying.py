"""The plane beside the form: the path from a mood, and the playlist that the model would make."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from therapy.pages.plan_editor.plane import Plane, mood_at, path_of, plane_of
from therapy.pages.plan_editor.reading import fields_in, number
from therapy.pages.plan_editor.typed import MOOD, Typed, text_of
from therapy.pages.tryouts import NoTryout, Tryout, make_tryout
from therapy.people.models import Patient
from therapy.plans.comparing import fields_of
from therapy.plans.models import SessionPlan
from therapy.plans.path import Point
from therapy.plans.services import problems_of_plan
from therapy.records import refuse

CLICKED = ("plane.x", "plane.y")
LARGEST_SEED = 2**31


@dataclass(frozen=True)
class Trying:
    """What stands beside the form. Without `plane`, `problem` says why nothing can be drawn; with
    a `problem` and a plane, why no playlist could be made."""

    plane: Plane | None = None
    tryout: Tryout | None = None
    problem: str = ""


def put_click(sent: MultiValueDict[str, str], typed: Typed) -> None:
    """Put the mood where the plane was clicked. A click from the keyboard has no place: 0, 0."""
    x, y = (sent.get(name, "") for name in CLICKED)
    if x.isdecimal() and y.isdecimal() and (x, y) != ("0", "0"):
        mood = mood_at(int(x[:6]), int(y[:6]))
        for name, value in zip(MOOD, mood, strict=True):
            typed[name] = text_of(value)


def path_from(typed: Typed) -> Plane:
    """The path, as far as the form says it: what is wrong elsewhere does not matter.

    Raises ValidationError by field.
    """
    fields, problems = fields_in(typed)
    target = fields_of("Target")
    plan = SessionPlan(**{name: fields[name] for name in target if name in fields})
    problems = problems_of_plan(plan) | problems
    refuse({name: texts for name, texts in problems.items() if name in target})
    return path_of(plan, mood_from(typed))


def try_plan(patient: Patient, plan: SessionPlan, mood: Point) -> Trying:
    """The playlist of the patient's model by the plan, drawn in the plane."""
    seed = secrets.randbelow(LARGEST_SEED)
    try:
        tryout = make_tryout(patient=patient, plan=plan, mood=mood, seed=seed)
    except NoTryout as problem:
        return Trying(path_of(plan, mood), problem=str(problem))
    way = [one.waypoint for one in tryout.tracks]
    predicted = [(one.predicted, one.deviation) for one in tryout.tracks]
    return Trying(plane_of(plan, mood, way, predicted), tryout)


def mood_from(typed: Mapping[str, str]) -> Point:
    """Raises ValidationError by field."""
    moods = {name: _affect(name, typed.get(name, "")) for name in MOOD}
    return moods["mood_valence"], moods["mood_arousal"]


def _affect(name: str, text: str) -> float:
    try:
        value = number(text)
    except ValueError as problem:
        raise ValidationError({name: [str(problem)]}) from problem
    if not -1 <= value <= 1:
        raise ValidationError({name: ["Must lie between −1 and 1."]})
    return value
