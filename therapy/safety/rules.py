"""The rules that raise flags. A rule never changes: what is decided otherwise is its next version,
and every flag names the version that raised it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    URGENT = "urgent"
    """Somebody is told by email at once."""
    ATTENTION = "attention"
    """It waits on the patient's page."""


@dataclass(frozen=True)
class Rule:
    """What raises a flag, in words and in numbers, and what that rests on."""

    key: str
    version: int
    title: str
    meaning: str
    severity: Severity
    source: str
    parameters: Mapping[str, float]


SELF_HARM = Rule(
    "self-harm-answer",
    1,
    "A question about self-harm was answered above 0",
    "In the PHQ-9, thoughts of being better off dead or of hurting oneself, on any day.",
    Severity.URGENT,
    "Item 9 of the PHQ-9 (Kroenke, Spitzer & Williams 2001, doi 10.1046/j.1525-1497.2001."
    "016009606.x): any answer above 'not at all' is to be followed up by a person.",
    {"above": 0},
)
FELT_WORSE = Rule(
    "stopped-feeling-worse",
    1,
    "A session was stopped because the patient felt worse",
    "The patient ended a session and gave this as the reason.",
    Severity.ATTENTION,
    "What the patient said.",
    {},
)
WORSE_THAN_EXPECTED = Rule(
    "worse-than-expected",
    1,
    "The mood after listening was worse than expected, in two of three sessions",
    "Moods drift towards their usual value whatever is played. Expected is where the mood would "
    "have gone in ordinary listening; worse is more than one and a half standard deviations below "
    "that in valence or, where the plan aims at calm, above it in arousal.",
    Severity.ATTENTION,
    "Ordinary listening, 897 logs of 30 people (SiTunes, stage 2; mixed model with an intercept "
    "for each person): valence after = .158 + .565·before, residual SD .24; arousal after = .032 "
    "+ .511·before, residual SD .27.",
    {
        "sessions": 3,
        "worse": 2,
        "deviations": 1.5,
        "valence_intercept": 0.158,
        "valence_slope": 0.565,
        "valence_sd": 0.24,
        "arousal_intercept": 0.032,
        "arousal_slope": 0.511,
        "arousal_sd": 0.27,
    },
)
OVER_DOSE = Rule(
    "more-than-the-dose",
    1,
    "More minutes of listening in a week than the plan allows",
    "Counted from sessions that ended, over the seven days before the newest one. How loud it was "
    "is not known: a sound dose cannot be estimated.",
    Severity.ATTENTION,
    "The session plan's own limit.",
    {"days": 7},
)
RULES: Final[Mapping[str, Rule]] = {
    rule.key: rule for rule in (SELF_HARM, FELT_WORSE, WORSE_THAN_EXPECTED, OVER_DOSE)
}
