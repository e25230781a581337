"""Phones whose clocks are wrong: what they said is kept, and what it probably meant is computed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from therapy.sessions.models import ListeningSession, Report
from therapy.sessions.models.reports import as_said

TOLERANCE = timedelta(minutes=2)
"""A smaller difference may be a slow network as well as a wrong clock, and nothing is corrected."""


@dataclass(frozen=True)
class PhoneClock:
    """A phone's clock beside ours, when it sent."""

    offset: timedelta | None = None
    """Server minus phone; None where the phone did not say, and is taken to be right."""

    @classmethod
    def compared(cls, *, sent_at: datetime | None, received_at: datetime) -> "PhoneClock":
        return cls(None if sent_at is None else received_at - sent_at)

    @property
    def offset_seconds(self) -> float | None:
        return None if self.offset is None else self.offset.total_seconds()

    def corrected(self, said: datetime) -> datetime:
        """Our best estimate of when it was that the phone's clock showed `said`."""
        if self.offset is None or abs(self.offset) <= TOLERANCE:
            return said
        return _moved(said, self.offset)


def stamp(row: Report, clock: PhoneClock) -> None:
    """Keep the times of a new row as the phone said them, and put ours in their place."""
    row.clock_offset = clock.offset_seconds
    for name in row.INSTANTS:
        said = getattr(row, name)
        setattr(row, as_said(name), said)
        if said is not None:
            setattr(row, name, clock.corrected(said))


def corrected_end(session: ListeningSession, said: datetime, clock: PhoneClock) -> datetime:
    """The end of a session whose start came earlier, perhaps with another offset measured.

    It is moved as the start was while the clock is the same one as far as one can tell; also where
    it would lie before the start only for what we corrected.
    """
    if timezone.is_naive(said):
        return said  # refused as it is
    own = clock.corrected(said)
    with_start = _moved(said, session.started_at - session.phone_started_at)
    measured, now = session.clock_offset, clock.offset_seconds
    if measured is not None and now is not None:
        same_clock = abs(measured - now) <= TOLERANCE.total_seconds()
    else:
        same_clock = measured is now
    turned_around = own < session.started_at and said >= session.phone_started_at
    return with_start if same_clock or turned_around else own


def _moved(said: datetime, by: timedelta) -> datetime:
    try:
        return said + by
    except OverflowError:  # beyond the calendar: refused as it is
        return said
