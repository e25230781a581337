"""Who got better and who got worse, by what is documented to be a change."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from therapy.measures.definition import Change, Scale
from therapy.measures.registry import UnknownMeasure, measure
from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.observed import Course, Observed
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import WORSE_THAN_EXPECTED
from therapy.statistics.headline import FEWEST_PEOPLE
from therapy.statistics.proportions import share
from therapy.statistics.reliable import Verdict, verdict

LISTENERS = "People with three sessions or more that have both moods"


def responder_table(observed: Observed) -> Table:
    return Table(
        key="responders",
        title="Who improved, and who got worse",
        lead="People whose score on a questionnaire changed from first to last by what its "
        "sources call a change. There is no such number for the mood itself.",
        columns=(
            Column("measure", "Questionnaire", Kind.WORDS),
            Column("change", "A change is", Kind.WORDS),
            Column("people", "People with two answers or more"),
            Column("improved", "Improved", Kind.SHARE, has_interval=True),
            Column("deteriorated", "Deteriorated", Kind.SHARE, has_interval=True),
            Column("uncertain", "Neither", Kind.SHARE),
        ),
        rows=tuple(_rows(observed)),
        how=How(
            formula="Last score minus first; improved or deteriorated where that is at least the "
            "change, else neither. Wilson’s 95 % interval.",
            counted="People with at least two answers to the same version in these months. "
            f"Questionnaires that fewer than {FEWEST_PEOPLE} people answered twice are left out, "
            "and so are those without a documented change. Whoever stopped answering is not in, "
            "and may be worse.",
            source="Jacobson & Truax 1991, doi 10.1037/0022-006X.59.1.12, for what reliable means; "
            "each change has its own source beside it.",
        ),
        empty=f"No questionnaire with a documented change was answered twice by {FEWEST_PEOPLE} "
        "people.",
    )


def _rows(observed: Observed) -> Iterator[tuple[Value, ...]]:
    for (key, version, name), courses in observed.courses.items():
        try:
            definition = measure(key, version)
        except UnknownMeasure:
            continue
        for scale in definition.scales:
            if scale.key == name and len(courses) >= FEWEST_PEOPLE:
                yield from (_row(scale, one, courses) for one in scale.changes)


def _row(scale: Scale, change: Change, courses: tuple[Course, ...]) -> tuple[Value, ...]:
    # On every questionnaire that we have more is worse.
    verdicts = Counter(
        verdict(one.last - one.first, change.at_least, lower_is_better=True) for one in courses
    )
    n = len(courses)
    better = share(verdicts[Verdict.IMPROVED], n)
    worse = share(verdicts[Verdict.DETERIORATED], n)
    return (
        scale.title,
        f"{change.at_least:g} points: {change.kind}, {change.population} ({change.source.short})",
        n,
        Estimate(better.value, better.low, better.high),
        Estimate(worse.value, worse.low, worse.high),
        verdicts[Verdict.UNCERTAIN] / n,
    )


def deterioration_table(cohort: Cohort, observed: Observed) -> Table:
    rule = WORSE_THAN_EXPECTED
    enough = observed.listening["both_moods"] >= rule.parameters["sessions"]
    listeners = {one.id for one, has in zip(observed.people, enough, strict=True) if has}
    return Table(
        key="deterioration",
        title="Worse than expected",
        lead="People about whom a flag was raised, since moods ended worse than expected in two of "
        "three sessions.",
        columns=(
            Column("who", "Who", Kind.WORDS),
            Column("people", "People"),
            Column("flagged", "Flagged", Kind.SHARE, has_interval=True, is_drawn=True),
        ),
        rows=_flagged(cohort, listeners),
        how=How(
            formula=f"{rule.meaning} Wilson’s 95 % interval.",
            counted="People with at least three sessions that have both moods. By chance alone "
            "some are flagged in the long run: a single session is worse than this in about one "
            "of fifteen.",
            source=rule.source,
        ),
        empty=f"Fewer than {FEWEST_PEOPLE} people have three sessions with both moods.",
    )


def _flagged(cohort: Cohort, listeners: set[UUID]) -> tuple[tuple[Value, ...], ...]:
    """One query."""
    if len(listeners) < FEWEST_PEOPLE:
        return ()
    flags = SafetyFlag.objects.filter(
        rule=WORSE_THAN_EXPECTED.key,
        patient__clinic=cohort.clinic,
        **cohort.days("raised_at"),
    )
    flagged = set(flags.order_by().values_list("patient_id", flat=True).distinct())
    found = share(len(flagged & listeners), len(listeners))
    return ((LISTENERS, found.n, Estimate(found.value, found.low, found.high)),)
