"""Storing a row once, however often and from however many threads it arrives."""

from collections.abc import Sequence
from typing import TypeVar, cast

from django.db import IntegrityError, transaction

from therapy.records import ConflictError, Problems, differing
from therapy.sessions.arrivals import Arrival
from therapy.sessions.checks import entry_problems, problems_in, refuse_row
from therapy.sessions.clocks import stamp
from therapy.sessions.models import ListeningSession, PlaylistEntry, PlaylistLog, Report
from therapy.sessions.models.reports import as_said

Row = TypeVar("Row", bound=Report)

END = ("ending", "stop_reason")  # what of a session may come with its end, later than itself
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


def store_once(row: Row, *, arrival: Arrival, entries: Sequence[PlaylistEntry] = ()) -> Row:
    """The row as it is stored, now or before; `row` becomes the patient's who reports.

    The same content that is there already is not checked again: it was accepted once, and what is
    refused may have become stricter since. Raises CareEnded, ValidationError by field,
    ConflictError.
    """
    row.patient = arrival.patient
    stamp(row, arrival.clock)
    stored = arrival.there(row)
    if stored is None:
        arrival.refuse_after_care()
        known = arrival.known([row, *entries])
        problems = problems_in(row, known)
        if isinstance(row, PlaylistLog):
            problems |= entry_problems(entries, known)
        refuse_row(problems)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                PlaylistEntry.objects.bulk_create(entries)
        except IntegrityError:
            stored = arrival.look_again(row)  # another request stored the same key meanwhile
            if stored is None:
                raise
        else:
            arrival.note(row)
            return row
    refuse_other_content(stored, row, entries)
    return cast(Row, stored)


def refuse_other_content(
    stored: Report, sent: Report, entries: Sequence[PlaylistEntry] = ()
) -> None:
    """Raise ConflictError where a key is another patient's, or taken by other content."""
    if stored.patient_id != sent.patient_id:
        raise ConflictError("This id is taken. Make a new random one (UUID version 4).")
    differences = differing(stored, sent, sent.CONTENT) | _other_times(stored, sent)
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
    if stored.phone_ended_at is None or sent.phone_ended_at is None:
        return {}
    return differing(stored, sent, END) | _other_times(stored, sent)


def other_content(differences: Problems) -> ConflictError:
    return ConflictError("This id is taken by other content.", fields=differences)


def _contents(entries: Sequence[PlaylistEntry]) -> list[list[object]]:
    in_order = sorted(entries, key=lambda entry: entry.position)
    return [[getattr(entry, name) for name in ENTRY_CONTENT] for entry in in_order]


def _other_times(stored: Report, sent: Report) -> Problems:
    """Times that the phone said otherwise, where both are known. The same time that came with
    another offset is the same."""
    names = {as_said(name): name for name in sent.INSTANTS}
    both = [name for name in names if None not in (getattr(stored, name), getattr(sent, name))]
    return {names[name]: texts for name, texts in differing(stored, sent, both).items()}
