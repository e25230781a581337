"""A whole history of ratings at once, from a data set."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from therapy.audit.writing import note_created
from therapy.people.care import refuse_after_care
from therapy.people.models import Patient
from therapy.people.services import ask_for_adaptation
from therapy.records import refuse
from therapy.sessions.checks import problems_in
from therapy.sessions.clocks import PhoneClock, stamp
from therapy.sessions.models import ListeningSession, MoodRating, Report, TrackRating
from therapy.sessions.once import refuse_other_content
from therapy.sessions.references import Known, known_to, named_by

Row = TypeVar("Row", bound=Report)
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Imported:
    """How many rows of a history were not there yet."""

    sessions: int
    moods: int
    tracks: int


@transaction.atomic
def import_ratings_of(
    *,
    patient: Patient,
    sessions: Sequence[ListeningSession] = (),
    moods: Sequence[MoodRating] = (),
    tracks: Sequence[TrackRating] = (),
) -> Imported:
    """A history of unsaved rows with ids of their own, which become `patient`'s: all or none.

    Writes what is missing and leaves what is there; asks for one adaptation if a rating was new.
    Raises CareEnded, ValidationError that names the first refused row, ConflictError where an id
    is taken by other content.
    """
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)  # one import at a time
    refuse_after_care(patient)
    known = known_to(patient, named_by([*sessions, *moods, *tracks]), arriving=sessions)
    written = Imported(
        sessions=_store_missing(patient, sessions, known),
        moods=_store_missing(patient, moods, known),
        tracks=_store_missing(patient, tracks, known),
    )
    if written.moods or written.tracks:
        ask_for_adaptation(patient)
    return written


def _store_missing(patient: Patient, rows: Sequence[Row], known: Known) -> int:
    """Make `rows` the patient's and store those that are not there; how many that were.

    Raises ValidationError that names the refused row by its id, ConflictError.
    """
    if not rows:
        return 0
    there: dict[uuid.UUID, Row] = type(rows[0])._base_manager.in_bulk([row.id for row in rows])
    new = {}
    for row in rows:
        row.patient = patient
        stamp(row, PhoneClock())
        if row.id in there:
            refuse_other_content(there[row.id], row)
            continue
        problems = problems_in(row, known)
        refuse({name: [f"Row {row.id}: {text}" for text in problems[name]] for name in problems})
        new[row.id] = row
    type(rows[0])._base_manager.bulk_create(new.values(), batch_size=ROWS_AT_ONCE)
    note_created(new.values())
    return len(new)
