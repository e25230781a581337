"""Whether it helps some more than others."""

from collections.abc import Iterator, Sequence

from therapy.outcomes.observed import Observed
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value
from therapy.plans.templates import TEMPLATES
from therapy.statistics.groups import TOGETHER, Group, compare, members
from therapy.statistics.headline import FEWEST_PEOPLE, Headline

FEWEST_OF_A_THERAPIST = 10  # people; a step of ours

COLUMNS = (
    Column("axis", "Mood", Kind.WORDS),
    Column("group", "Group", Kind.WORDS),
    Column("people", "People"),
    Column("sessions", "Sessions"),
    Column("difference", "Observed minus expected", Kind.MOOD, has_interval=True),
    Column("p", "Chance (p)", Kind.CHANCE),
    Column("q", "Chance among all compared (q)", Kind.CHANCE),
)
FORMULA = (
    "after − expected ~ 1 + (1 | person) within each group, by the line of the first table, taken "
    "as known. p: the group’s coefficient in after − expected ~ 1 + group + (1 | person). q: p "
    "adjusted for the number of groups compared on the same mood; below .05, one in twenty of such "
    "finds is false."
)
SOURCE = "Benjamini & Hochberg 1995, doi 10.1111/j.2517-6161.1995.tb02031.x."


def template_table(observed: Observed, found: dict[str, Headline]) -> Table:
    names = [_template(one.template) for one in observed.people]
    return Table(
        key="templates",
        title="By what plans were begun from",
        lead="Whether moods went further with some plans than with others. Plans are chosen for "
        "people, so groups differ in more than their plan.",
        columns=COLUMNS,
        rows=tuple(_rows(observed, found, names, FEWEST_PEOPLE)),
        how=How(
            formula=FORMULA,
            counted="Each person by the newest plan. Groups of fewer than "
            f"{FEWEST_PEOPLE} people stand together.",
            source=SOURCE,
        ),
        empty=f"There are no two groups of at least {FEWEST_PEOPLE} people.",
    )


def therapist_table(observed: Observed, found: dict[str, Headline]) -> Table:
    names = [one.therapist or "Nobody is responsible" for one in observed.people]
    return Table(
        key="therapists",
        title="By therapist",
        lead="Therapists see different people: a difference here is a question, and no mark.",
        columns=COLUMNS,
        rows=tuple(_rows(observed, found, names, FEWEST_OF_A_THERAPIST)),
        how=How(
            formula=FORMULA,
            counted="Each person by who is responsible now. Therapists of fewer than "
            f"{FEWEST_OF_A_THERAPIST} people with sessions stand together.",
            source=SOURCE,
        ),
        empty=f"No two therapists have at least {FEWEST_OF_A_THERAPIST} people with sessions.",
    )


def _template(key: str) -> str:
    return TEMPLATES[key].title if key in TEMPLATES else key or "From nothing"


def _rows(
    observed: Observed, found: dict[str, Headline], names: Sequence[str], fewest: int
) -> Iterator[tuple[Value, ...]]:
    for axis, one in found.items():
        pairs = observed.treated(axis)
        seen = pairs.n > 0
        listed = [name for name, is_seen in zip(names, seen, strict=True) if is_seen]
        groups = members(listed, fewest)
        if len(groups) > 1:
            for group in compare(groups, pairs.of_those(seen), one.line):
                yield _row(axis, group)


def _row(axis: str, group: Group) -> tuple[Value, ...]:
    return (
        axis,
        "Small groups together" if group.name == TOGETHER else group.name,
        group.people,
        group.sessions,
        Estimate(group.difference, group.low, group.high),
        group.p,
        group.q,
    )
