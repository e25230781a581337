"""Rows of one patient that arrive together: one transaction, one look at what is there already,
one adaptation asked for."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from therapy.people.care import CareEnded
from therapy.people.models import Device, Patient
from therapy.people.selectors import has_ended_care
from therapy.people.services import ask_for_adaptation, ask_for_safety_check
from therapy.sessions.clocks import PhoneClock
from therapy.sessions.models import (
    LastReport,
    ListeningSession,
    MoodRating,
    Report,
    TrackRating,
)
from therapy.sessions.references import Known, Reference, known_to, named_by, named_in

RIGHT = PhoneClock()


class Arrival:
    """What is known while rows of `patient` are being stored. Made by `arriving`."""

    def __init__(self, patient: Patient, clock: PhoneClock, device: Device | None) -> None:
        self.patient = patient
        self.device = device
        self.clock = clock
        self.written = 0
        """How many rows were stored or ended so far."""
        self.rated = False
        """Whether a rating was among them."""
        self._care_ended: bool | None = None
        self._known = Known()
        self._asked: set[Reference] = set()
        self._rows: dict[type[Report], dict[uuid.UUID, Report | None]] = {}

    def expect(self, rows: Iterable[tuple[type[Report], Mapping[str, Any]]]) -> None:
        """Look up all that rows of these fields will be compared with, in as many queries for many
        rows as for one of each kind. Without it every row is looked up when it comes."""
        ids: dict[type[Report], set[uuid.UUID]] = {}
        references: set[Reference] = set()
        for model, fields in rows:
            ids.setdefault(model, set()).add(fields["id"])
            references.update(named_in(fields))
        for model, wanted in ids.items():
            self._look_up(model, wanted)
        self._ask(references)

    def there(self, row: Report) -> Report | None:
        """The row of the same key, whoever's it is."""
        model = type(row)
        if row.id not in self._rows.get(model, {}):
            self._look_up(model, {row.id})
        return self._rows[model][row.id]

    def look_again(self, row: Report) -> Report | None:
        """The same, past what was found before."""
        self._look_up(type(row), {row.id})
        return self._rows[type(row)][row.id]

    def known(self, rows: Iterable[object]) -> Known:
        """Which of what `rows` name the patient may name; it may know more than that."""
        self._ask(set(named_by(rows)))
        return self._known

    def refuse_after_care(self) -> None:
        """Raise CareEnded where the patient took back the consent to care. Asked once."""
        if self._care_ended is None:
            self._care_ended = has_ended_care(self.patient)
        if self._care_ended:
            raise CareEnded

    def note(self, row: Report) -> None:
        """`row` was stored, and later rows find it."""
        self.written += 1
        self.rated |= isinstance(row, MoodRating | TrackRating)
        self._rows.setdefault(type(row), {})[row.id] = row
        if isinstance(row, ListeningSession):
            self._known.sessions.add(row.id)

    def _look_up(self, model: type[Report], ids: set[uuid.UUID]) -> None:
        found = model._base_manager.prefetch_related(*model.PARTS).in_bulk(ids)
        self._rows.setdefault(model, {}).update({key: found.get(key) for key in ids})

    def _ask(self, references: set[Reference]) -> None:
        new = references - self._asked
        if new:
            self._known.add(known_to(self.patient, new))
            self._asked |= new


@contextmanager
def arriving(
    patient: Patient, clock: PhoneClock = RIGHT, device: Device | None = None
) -> Iterator[Arrival]:
    """A transaction in which rows of the patient are stored, which `device` sent, if a phone did.
    If anything was new, it ends with asking for a look at it, and if a rating was, for an
    adaptation; one of each."""
    with transaction.atomic():
        arrival = Arrival(patient, clock, device)
        yield arrival
        if arrival.rated:
            ask_for_adaptation(patient)
        if arrival.written:
            _note_arrival(patient)
            ask_for_safety_check(patient)


def _note_arrival(patient: Patient) -> None:
    LastReport.objects.bulk_create(
        [LastReport(patient=patient, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=["at"],
    )
