"""Whether a mood came out worse than listening by itself would have left it."""

from dataclasses import dataclass

from therapy.safety.rules import WORSE_THAN_EXPECTED, Rule

Mood = tuple[float, float]


@dataclass(frozen=True)
class Course:
    """The mood (valence, arousal) before and after a session, each −1..1."""

    before: Mood
    after: Mood


def expected(before: Mood, rule: Rule = WORSE_THAN_EXPECTED) -> Mood:
    """Where ordinary listening would have left this mood."""
    numbers = rule.parameters
    return (
        numbers["valence_intercept"] + numbers["valence_slope"] * before[0],
        numbers["arousal_intercept"] + numbers["arousal_slope"] * before[1],
    )


def is_worse(course: Course, *, aims_at_calm: bool, rule: Rule = WORSE_THAN_EXPECTED) -> bool:
    """Whether valence ended further below what was expected than the rule's number of standard
    deviations or, where the plan aims at calm, arousal further above it."""
    valence, arousal = expected(course.before, rule)
    numbers = rule.parameters
    below = course.after[0] < valence - numbers["deviations"] * numbers["valence_sd"]
    above = course.after[1] > arousal + numbers["deviations"] * numbers["arousal_sd"]
    return below or (aims_at_calm and above)
