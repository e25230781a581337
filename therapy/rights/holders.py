"""What the rooms above keep of a patient where no foreign key shows it, without being imported.

An app registers its holder in `AppConfig.ready()`. Rows that lead to a patient, and files that they
name, need none: they are found (rows.py), and so is a patient's id in any text (mentions.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from therapy.people.models import Patient
from therapy.rights.rows import Rows


@dataclass(frozen=True)
class Going:
    """A patient who is about to be erased, and the rows that go with them."""

    patient: Patient
    rows: Rows


class Holder(Protocol):
    """A room that keeps something else."""

    def stays(self, patient: Patient) -> Sequence[str]:
        """What will stay, in sentences for whoever decides on the erasure."""
        ...

    def forget(self, going: Going) -> None:
        """Delete or empty what the room keeps. In the transaction that deletes the rows, before it
        does; a second call must do no harm."""
        ...


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """Have it asked after those that are there."""
    _holders.append(holder)


def holders() -> tuple[Holder, ...]:
    return tuple(_holders)
