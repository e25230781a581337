"""When sessions are due: times of a week on the patient's wall clock, as instants.

A plan keeps wall-clock times and the patient's zone, never instants, so 20:30 stays 20:30 when
clocks change. A time that a change skips is taken as RFC 5545 (3.3.5) has it, with the offset of
before the change: 02:30 on a night that goes from 2 to 3 is 03:30. A time that comes twice is the
first one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Occasion:
    """A session that is due: it may be begun from `opens` until `closes`, both in UTC."""

    opens: datetime
    closes: datetime


def occasions(
    schedule: Sequence[dict[str, Any]], zone: str, start: datetime, end: datetime
) -> list[Occasion]:
    """The occasions that open in start ≤ opens < end, in order.

    schedule: `{days: [1..7], at: 'HH:MM', minutes}` as plans have it. Raises ZoneInfoNotFoundError
    for an unknown zone, ValueError for times without an offset.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("Start and end need an offset from UTC.")
    here = ZoneInfo(zone)
    days = list(_days(start.astimezone(here).date(), end.astimezone(here).date()))
    found = {
        Occasion(opens, opens + timedelta(minutes=slot["minutes"]))
        for slot in schedule
        for day in days
        if day.isoweekday() in slot["days"]
        and start <= (opens := instant(day, time.fromisoformat(slot["at"]), here)) < end
    }
    return sorted(found)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a time on the wall clock of that day and zone."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
