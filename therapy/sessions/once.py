"""Storing a row once, however often and from however many threads it arrives."""

import uuid
from collections.abc import Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction

from therapy.people.care import refuse_after_care
from therapy.people.models import Patient
from therapy.records import ConflictError, Problems, differing, refuse
from therapy.sessions.checks import Known, entry_problems, known_to, problems_in
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    TrackRating,
)

Row = TypeVar("Row", ListeningSession, MoodRating, TrackRating, PlaylistLog)

# What makes a repeat the same; a session's end may come later than the session.
MOOD = ("mood_valence", "mood_arousal", "target_valence", "target_arousal")
CONTENT: dict[type, tuple[str, ...]] = {
    ListeningSession: ("plan", "started_at"),
    MoodRating: ("session", "phase", "valence", "arousal", "rated_at"),
    TrackRating: ("session", "track", "liking", "familiarity", "rated_at"),
    PlaylistLog: ("session", "model_version", "package_sha256", "seed", *MOOD, "made_at"),
}
ENTRY_CONTENT = (
    "track_id",
    "waypoint_valence",
    "waypoint_arousal",
    "predicted_valence",
    "predicted_arousal",
    "deviation_valence",
    "deviation_arousal",
    "log_probability",
)
ROWS_AT_ONCE = 500


def store_once(row: Row, *, entries: Sequence[PlaylistEntry] = ()) -> tuple[Row, bool]:
    """The row as it is stored, and whether this call stored it. Runs in the caller's transaction.

    The same content that is there already is not checked again: it was accepted once, and what is
    refused may have become stricter since. Raises CareEnded, ValidationError by field,
    ConflictError.
    """
    stored = _stored(row)
    if stored is None:
        refuse_after_care(row.patient)
        known = known_to(row.patient, [row, *entries])
        problems = problems_in(row, known)
        if isinstance(row, PlaylistLog):
            problems |= entry_problems(entries, known)
        refuse(problems)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                PlaylistEntry.objects.bulk_create(entries)
        except IntegrityError:
            stored = _stored(row)  # another request stored the same key meanwhile
            if stored is None:
                raise
        else:
            return row, True
    _refuse_other_content(stored, row, entries)
    return stored, False


def store_missing(patient: Patient, rows: Sequence[Row], known: Known) -> int:
    """Make `rows` the patient's and store those that are not there; how many that were.

    Raises ValidationError that names the refused row by its id, ConflictError.
    """
    if not rows:
        return 0
    there: dict[uuid.UUID, Row] = type(rows[0])._default_manager.in_bulk([row.id for row in rows])
    new = {}
    for row in rows:
        row.patient = patient
        if row.id in there:
            _refuse_other_owner(there[row.id], row)
            _refuse_other_content(there[row.id], row, ())
            continue
        problems = problems_in(row, known)
        refuse({name: [f"Row {row.id}: {text}" for text in problems[name]] for name in problems})
        new[row.id] = row
    type(rows[0])._default_manager.bulk_create(new.values(), batch_size=ROWS_AT_ONCE)
    return len(new)


def _stored(row: Row) -> Row | None:
    stored: Row | None = type(row)._default_manager.filter(id=row.id).first()
    if stored is not None:
        _refuse_other_owner(stored, row)
    return stored


def _refuse_other_owner(stored: Row, sent: Row) -> None:
    if stored.patient_id != sent.patient_id:
        raise ConflictError("This id is taken. Make a new random one (UUID version 4).")


def _refuse_other_content(stored: Row, sent: Row, entries: Sequence[PlaylistEntry]) -> None:
    differences = differing(stored, sent, CONTENT[type(sent)])
    if isinstance(stored, ListeningSession) and isinstance(sent, ListeningSession):
        differences |= end_difference(stored, sent)
    if isinstance(stored, PlaylistLog) and _contents(list(stored.entries.all())) != _contents(
        entries
    ):
        differences["entries"] = ["Other tracks or numbers are stored."]
    if differences:
        raise other_content(differences)


def end_difference(stored: ListeningSession, sent: ListeningSession) -> Problems:
    """How the ends of a session differ, where both are known."""
    if stored.ended_at is None or sent.ended_at is None:
        return {}
    return differing(stored, sent, ["ended_at"])


def other_content(differences: Problems) -> ConflictError:
    return ConflictError("This id is taken by other content.", fields=differences)


def _contents(entries: Sequence[PlaylistEntry]) -> list[list[object]]:
    in_order = sorted(entries, key=lambda entry: entry.position)
    return [[getattr(entry, name) for name in ENTRY_CONTENT] for entry in in_order]
