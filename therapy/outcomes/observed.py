"""A cohort's summaries as arrays, with a place for each of its P people."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Q, Sum
from numpy.typing import NDArray

from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.models import ListeningMonth, MeasureMonth, MoodMonth
from therapy.outcomes.summing import LISTENED, OCCASIONS
from therapy.statistics.pairs import Pairs

Array = NDArray[np.float64]
Aim = MoodMonth.Aim

AXES = ("valence", "arousal")
PAIR = ("before", "after", "before_squared", "after_squared", "product")
SUMMED = (*LISTENED, *OCCASIONS.values(), "seconds")


@dataclass(frozen=True)
class Person:
    id: uuid.UUID
    template: str
    """Of the newest plan; empty: begun from none, or there is none."""
    therapist: str
    """Empty: nobody."""


@dataclass(frozen=True)
class Course:
    """The first and the last score of one person on a measure's scale, of at least two answers."""

    person: int
    first: float
    last: float


@dataclass(frozen=True)
class Observed:
    people: tuple[Person, ...]
    moods: Mapping[tuple[Aim, str], Pairs]
    """By aim and axis."""
    listening: Mapping[str, Array]
    """The sums of ListeningMonth by column, [P]; `months`: in which there was a session."""
    courses: Mapping[tuple[str, int, str], tuple[Course, ...]]
    """By measure, version and scale."""

    def treated(self, axis: str) -> Pairs:
        """Sessions that were to change the mood on this axis: of arousal those that were to calm,
        for how far others livened up is no less good."""
        if axis == "arousal":
            return self.moods[Aim.CALM, axis]
        return self.moods[Aim.CALM, axis] + self.moods[Aim.LIVELY, axis]

    def held(self, axis: str) -> Pairs:
        """Sessions that were to change nothing."""
        return self.moods[Aim.HOLD, axis]


def observe(cohort: Cohort) -> Observed:
    """Four queries, however many people there are."""
    found: Any = cohort.patients().order_by("code", "id")  # with an annotation
    rows = found.values_list(
        "id", "template", "therapist__user__name", "therapist__user__email", named=True
    )
    people, places = [], {}
    for place, row in enumerate(rows):
        places[row.id] = place
        name = row.therapist__user__name or row.therapist__user__email
        people.append(Person(id=row.id, template=row.template or "", therapist=name or ""))
    return Observed(
        people=tuple(people),
        moods=_moods(cohort, places),
        listening=_listening(cohort, places),
        courses=_courses(cohort, places),
    )


Places = Mapping[uuid.UUID, int]


def _of(cohort: Cohort) -> dict[str, Any]:
    """The filter of the cohort's summaries; a template is left to `places`."""
    return {
        "patient__clinic": cohort.clinic,
        "patient__origin": cohort.origin,
        "patient__erasure": None,
        **cohort.months(),
    }


def _moods(cohort: Cohort, places: Places) -> dict[tuple[Aim, str], Pairs]:
    columns = ["sessions", *(f"{axis}_{name}" for axis in AXES for name in PAIR)]
    sums = {(aim, name): np.zeros(len(places)) for aim in Aim for name in columns}
    found = MoodMonth.objects.filter(**_of(cohort)).order_by().values_list("patient_id", "aim")
    for patient, aim, *totals in found.annotate(*(Sum(name) for name in columns)):
        if (place := places.get(patient)) is not None:
            for name, total in zip(columns, totals, strict=True):
                sums[Aim(aim), name][place] = total
    return {
        (aim, axis): Pairs(sums[aim, "sessions"], *(sums[aim, f"{axis}_{name}"] for name in PAIR))
        for aim in Aim
        for axis in AXES
    }


def _listening(cohort: Cohort, places: Places) -> dict[str, Array]:
    sums: dict[str, Array] = {name: np.zeros(len(places)) for name in (*SUMMED, "months")}
    found = ListeningMonth.objects.filter(**_of(cohort)).order_by().values_list("patient_id")
    totals = [Sum(name) for name in SUMMED]
    months = Count("pk", filter=Q(sessions__gt=0))
    for patient, *of_one in found.annotate(*totals, listened_in=months):
        if (place := places.get(patient)) is not None:
            for name, total in zip(sums, of_one, strict=True):
                sums[name][place] = total
    return sums


def _courses(cohort: Cohort, places: Places) -> dict[tuple[str, int, str], tuple[Course, ...]]:
    rows = MeasureMonth.objects.filter(**_of(cohort)).order_by("month")
    seen: dict[Any, tuple[float, float, int]] = {}
    scale = ("measure", "version", "scale")
    for *key, first, last, answers in rows.values_list(
        "patient_id", *scale, "first", "last", "answers"
    ):
        known = seen.get(tuple(key))
        seen[tuple(key)] = (
            (first, last, answers) if known is None else (known[0], last, known[2] + answers)
        )
    courses: dict[tuple[str, int, str], list[Course]] = defaultdict(list)
    for (patient, measure, version, name), (first, last, answers) in seen.items():
        if answers > 1 and patient in places:
            courses[measure, version, name].append(Course(places[patient], first, last))
    return {key: tuple(of_one) for key, of_one in sorted(courses.items())}
