"""What the rooms above add to the outcomes of a clinic, without therapy importing them.

An app registers its contribution in `AppConfig.ready()`; the report asks here what there is.
"""

from collections.abc import Sequence
from typing import Protocol

from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.tables import Table
from therapy.people.models import Clinic


class Contribution(Protocol):
    """Tables at the end of a report."""

    def tables(self, cohort: Cohort) -> Sequence[Table]:
        """Read what was measured; a fixed number of queries."""
        ...

    def ask_anew(self, clinic: Clinic) -> None:
        """Have it measured anew, by a job."""
        ...


_contributions: list[Contribution] = []


def register(contribution: Contribution) -> None:
    """Have its tables stand behind those that are there."""
    _contributions.append(contribution)


def contributions() -> tuple[Contribution, ...]:
    return tuple(_contributions)
