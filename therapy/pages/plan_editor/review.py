"""What a plan would change and do, as it is looked at before it is prescribed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from therapy.catalogue.selectors import feature_table
from therapy.pages.care_words import RISKS
from therapy.pages.plans import Line, sections_between
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.plans.remaining import Remaining, remaining
from therapy.plans.sections.safety import SCREENED, Screened

RULES: Final = {
    "never_tracks": "Tracks that are never played",
    "explicit_allowed": "No explicit tracks",
    "lyrics": "Lyrics",
    "only_tags": "Only certain tags",
    "excluded_tags": "Excluded tags",
    "triggers": "Triggers",
    "tempo": "Tempo",
    "loudness": "Loudness",
    "brightness": "Brightness",
}


@dataclass(frozen=True)
class Review:
    """`latest` is the version in force, None before the first; `sections` what differs from it.

    `changed_risks` have (risk, answer before, answer now), of `open_risks` nobody has asked.
    """

    plan: SessionPlan
    latest: SessionPlan | None
    sections: Mapping[str, list[Line]]
    changed_risks: tuple[tuple[str, str, str], ...]
    open_risks: tuple[str, ...]
    remaining: Remaining
    rules: tuple[tuple[str, int, int], ...]

    @property
    def says_the_same(self) -> bool:
        return self.latest is not None and not self.sections


def review_of(patient: Patient, plan: SessionPlan, latest: SessionPlan | None) -> Review:
    """Reads the clinic's tracks; two queries."""
    left = remaining(plan, feature_table(patient.clinic))
    return Review(
        plan=plan,
        latest=latest,
        sections=sections_between(latest, plan),
        changed_risks=_changed(latest, plan) if latest is not None else (),
        open_risks=tuple(
            RISKS[name] for name in SCREENED if getattr(plan, name) == Screened.NOT_ASKED
        ),
        remaining=left,
        rules=tuple((RULES[one.rule], one.tracks, one.alone) for one in left.rules),
    )


def _changed(before: SessionPlan, after: SessionPlan) -> tuple[tuple[str, str, str], ...]:
    answers = ((RISKS[name], getattr(before, name), getattr(after, name)) for name in SCREENED)
    return tuple((risk, old, new) for risk, old, new in answers if old != new)
