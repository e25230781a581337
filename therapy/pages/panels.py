"""What the rooms above contribute to the staff pages, without therapy importing them.

An app registers its panels and columns in `AppConfig.ready()`; the pages ask here what there is.
A panel is a section of one patient's page; a column is a column of the list of patients.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from therapy.people.models import Patient


@dataclass(frozen=True)
class Cell:
    """What a column says about one patient: `text`, and a quieter `note` below it."""

    text: str
    note: str = ""
    needs_attention: bool = False


class PatientPanel(Protocol):
    """A section of a patient's page. `template_name` is rendered with `context`, `patient` and
    `csrf_token`."""

    @property
    def title(self) -> str: ...

    @property
    def template_name(self) -> str: ...

    def context(self, patient: Patient) -> dict[str, Any]:
        """Read what the template shows; a fixed number of queries. What must not wait until
        somebody has read down to the panel is said in `attention`, a list of sentences: the page
        begins with it."""
        ...


class PatientColumn(Protocol):
    """A column of the list of patients."""

    @property
    def title(self) -> str: ...

    def cells(self, patients: Sequence[Patient]) -> Mapping[uuid.UUID, Cell]:
        """One cell a patient, by id, read in a number of queries that does not grow with them."""
        ...


_panels: list[PatientPanel] = []
_columns: list[PatientColumn] = []


def register(panel: PatientPanel) -> None:
    """Add a panel below those that are there. Raises ValueError if its title is taken."""
    _refuse_doubled(panel.title, [other.title for other in _panels])
    _panels.append(panel)


def register_column(column: PatientColumn) -> None:
    """Add a column on the right. Raises ValueError if its title is taken."""
    _refuse_doubled(column.title, [other.title for other in _columns])
    _columns.append(column)


def panels() -> tuple[PatientPanel, ...]:
    """The panels of a patient's page, in the order of registration."""
    return tuple(_panels)


def columns() -> tuple[PatientColumn, ...]:
    """The contributed columns of the list of patients, in the order of registration."""
    return tuple(_columns)


def _refuse_doubled(title: str, taken: list[str]) -> None:
    if title in taken:
        raise ValueError(f"'{title}' is registered already; a page shows each title once.")
