"""The fields of a plan as the form asks for them: by which control, and of which parts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import models

from therapy.encryption import EncryptedTextField
from therapy.measures.registry import newest
from therapy.pages.care_words import DAYS
from therapy.pages.goals import WORDS
from therapy.pages.plan_words import signed
from therapy.plans.models import SessionPlan
from therapy.plans.sections.lists import WHENS

Options = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """What a field is typed into."""

    TEXT = "text"
    AREA = "area"
    NUMBER = "number"
    WHOLE = "whole"
    DAY = "day"
    TIME = "time"
    CHOICE = "choice"
    FLAG = "flag"
    DAYS = "days"
    TAGS = "tags"
    TRACKS = "tracks"
    ROWS = "rows"


@dataclass(frozen=True)
class Part:
    """A control of a row. A row in which no part is filled is none; one that begins with a value
    (`begins`) does not count as filled by it."""

    key: str
    label: str
    kind: Kind
    options: Options = ()
    begins: str = ""


PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "goals": (
        Part("goal", "Goal", Kind.TEXT),
        Part("weight", "Weight, 1 to 10", Kind.WHOLE, begins="1"),
        *(
            Part(f"levels.{place}", f"{signed(level, 0)}: {word}", Kind.TEXT)
            for place, (level, word) in enumerate(WORDS.items())
        ),
    ),
    "triggers": (Part("tag", "Tag", Kind.TEXT), Part("reason", "Reason", Kind.TEXT)),
    "schedule": (
        Part(
            "days",
            "Days",
            Kind.DAYS,
            tuple((str(number), name) for number, name in enumerate(DAYS) if name),
        ),
        Part("at", "At", Kind.TIME),
        Part("minutes", "To be begun within, minutes", Kind.WHOLE),
    ),
    "measures": (
        Part(
            "measure",
            "Measure",
            Kind.CHOICE,
            (("", "—"), *((one.key, one.title) for one in newest())),
        ),
        Part(
            "when",
            "When",
            Kind.CHOICE,
            tuple((when, when.replace("-", " ")) for when in WHENS),
            begins=WHENS[0],
        ),
        Part("may_skip", "May be skipped", Kind.FLAG),
    ),
}
"""The parts of the rows of the fields that have rows, by their names within a row."""

_BY_NAME: Final = {
    "therapist": Kind.CHOICE,
    "lyric_languages": Kind.TEXT,
    "only_tags": Kind.TAGS,
    "excluded_tags": Kind.TAGS,
    "always_tracks": Kind.TRACKS,
    "never_tracks": Kind.TRACKS,
    **dict.fromkeys(PARTS, Kind.ROWS),
}
_BY_COLUMN: Final[tuple[tuple[type[Any], Kind], ...]] = (
    (EncryptedTextField, Kind.AREA),
    (models.FloatField, Kind.NUMBER),
    (models.PositiveSmallIntegerField, Kind.WHOLE),
    (models.BooleanField, Kind.FLAG),
    (models.DateField, Kind.DAY),
    (models.CharField, Kind.CHOICE),
)


def kind_of(name: str) -> Kind:
    """By what the plan's field of this name is typed."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    column = SessionPlan._meta.get_field(name)
    return next(kind for type_, kind in _BY_COLUMN if isinstance(column, type_))


def may_be_empty(name: str) -> bool:
    """Whether a number or a day need not be given."""
    return bool(SessionPlan._meta.get_field(name).null)
