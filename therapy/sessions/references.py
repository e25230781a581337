"""The plans, assignments, sessions and tracks that reported rows name, and which of them the
patient may name."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from therapy.catalogue.selectors import tracks_of
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.sessions.models import ListeningSession
from therapy.trials.models import Assignment

Reference = tuple[str, uuid.UUID]
NAMES = ("plan_id", "assignment_id", "session_id", "track_id")
FEW = 500


@dataclass(frozen=True)
class Known:
    """Which of the plans, assignments, sessions and tracks that rows name the patient may name."""

    plans: set[uuid.UUID] = field(default_factory=set)
    assignments: set[uuid.UUID] = field(default_factory=set)
    sessions: set[uuid.UUID] = field(default_factory=set)
    tracks: set[uuid.UUID] = field(default_factory=set)

    def add(self, more: "Known") -> None:
        self.plans.update(more.plans)
        self.assignments.update(more.assignments)
        self.sessions.update(more.sessions)
        self.tracks.update(more.tracks)


def named_by(rows: Iterable[object]) -> Iterator[Reference]:
    """What rows, or the parts of rows, name."""
    for row in rows:
        for name in NAMES:
            if (named_id := getattr(row, name, None)) is not None:
                yield name, named_id


def named_in(fields: Mapping[str, Any]) -> Iterator[Reference]:
    """What the fields of a row that is still to be made name, those of its entries too."""
    for name in NAMES:
        if (named_id := fields.get(name)) is not None:
            yield name, named_id
    yield from named_by(fields.get("entries", ()))


def known_to(
    patient: Patient,
    references: Iterable[Reference],
    *,
    arriving: Iterable[ListeningSession] = (),
) -> Known:
    """Look up all that is named; `arriving` sessions count as there. At most four queries."""
    named: dict[str, set[uuid.UUID]] = {name: set() for name in NAMES}
    for name, named_id in references:
        named[name].add(named_id)
    new = {session.id for session in arriving}
    return Known(
        plans=_present(SessionPlan.objects.filter(patient=patient), named["plan_id"]),
        assignments=_present(
            Assignment.objects.filter(trial__patient=patient), named["assignment_id"]
        ),
        sessions=new
        | _present(ListeningSession.objects.filter(patient=patient), named["session_id"] - new),
        tracks=_present(tracks_of(patient.clinic), named["track_id"]),
    )


def _present(rows: QuerySet[Any], wanted: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the wanted ids that `rows` has."""
    if not wanted:
        return set()
    if len(wanted) <= FEW:  # a statement takes only so many parameters
        rows = rows.filter(id__in=wanted)
    return set(rows.values_list("id", flat=True)) & wanted
