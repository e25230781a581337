"""Many rows of one patient at once, each stored or refused for itself."""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models

from therapy.people.care import CareEnded
from therapy.people.models import Device, Patient
from therapy.records import ConflictError
from therapy.sessions.arrivals import Arrival, arriving
from therapy.sessions.clocks import PhoneClock
from therapy.sessions.models import Report

log = logging.getLogger(__name__)

REFUSALS = (ValidationError, ConflictError, CareEnded)


@dataclass(frozen=True)
class Sent:
    """A row as it arrived, and the service that stores it."""

    record: Callable[..., models.Model]
    model: type[Report]
    fields: Mapping[str, Any]

    @property
    def id(self) -> uuid.UUID:
        key: uuid.UUID = self.fields["id"]
        return key


Result = bool | Exception
"""Whether the row was stored now (else it was there), or why it was not."""


def record_batch(*, device: Device, clock: PhoneClock, rows: Sequence[Sent]) -> list[Result]:
    """Store the rows that a patient's phone sent, in the order given, in which what a row names
    comes before it.

    A row that cannot be stored keeps none of the others from it. One transaction holds all, and one
    adaptation is asked for. Where the database gives up on the transaction, that is the result of
    every row: nothing of it was kept.
    """
    patient = device.patient
    try:
        with arriving(patient, clock, device) as arrival:
            # One batch of a patient at a time: a phone that heard no answer sends again while the
            # first is still being stored, and two that hold each other's keys would never end.
            Patient.objects.select_for_update(no_key=True).get(id=patient.id)
            arrival.expect((row.model, row.fields) for row in rows)
            return [_record(row, arrival) for row in rows]
    except DatabaseError as problem:
        log.warning("A batch of patient %s was not stored", patient.id, exc_info=problem)
        return [problem] * len(rows)


def _record(row: Sent, arrival: Arrival) -> Result:
    before = arrival.written
    try:
        row.record(arrival=arrival, **row.fields)
    except REFUSALS as refusal:
        return refusal
    except Exception as problem:  # a fault of ours must not keep a phone from being heard at all
        log.exception("%s %s was not stored", row.model.__name__, row.id)
        _need_a_working_transaction()
        return problem
    return arrival.written > before


def _need_a_working_transaction() -> None:
    """Raise DatabaseError where an error has ended the transaction: a commit would keep nothing of
    it, and say nothing of that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
