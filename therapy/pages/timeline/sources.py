"""What a timeline is made from, without therapy importing the rooms above it.

An app registers its sources in `AppConfig.ready()`; the page asks each of them for a month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from therapy.access.acts import Act
from therapy.people.models import Patient, User


@dataclass(frozen=True)
class Span:
    """From `since`, up to and not at `until`."""

    since: datetime
    until: datetime

    def of(self, field: str) -> dict[str, datetime]:
        """As lookups of a field."""
        return {f"{field}__gte": self.since, f"{field}__lt": self.until}

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.since <= at < self.until


@dataclass(frozen=True)
class Event:
    """What happened. `address`: where there is more of it, an anchor of the patient's page or a
    path; empty where nothing is."""

    at: datetime
    says: str
    note: str = ""
    address: str = ""
    needs_attention: bool = False


def by(user: User | None) -> str:
    """Who did it, to stand behind what was done; empty where nobody of the staff did."""
    return f" by {user}" if user is not None else ""


class Source(Protocol):
    """Events of one kind. `key` stands in addresses, `title` on the page; `act` is what somebody
    must be allowed to see them."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def act(self) -> Act: ...

    def events(self, patient: Patient, span: Span) -> Iterable[Event]:
        """In any order; a number of queries that does not grow with them."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a kind of events. Raises ValueError if its key is taken."""
    if source.key in [other.key for other in _sources]:
        raise ValueError(f"'{source.key}' is registered already.")
    _sources.append(source)


def sources() -> tuple[Source, ...]:
    return tuple(_sources)
