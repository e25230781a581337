"""Times of a week stay where they are on the wall when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.plans.schedule import occasions

DAILY = [1, 2, 3, 4, 5, 6, 7]


def slots(at: str, days: list[int] | None = None) -> list[dict[str, object]]:
    return [{"days": days or DAILY, "at": at, "minutes": 60}]


def opening(zone: str, at: str, first: datetime, days: int) -> list[str]:
    """The openings in UTC."""
    found = occasions(slots(at), zone, first, first + timedelta(days=days))
    return [f"{occasion.opens:%d %H:%M}" for occasion in found]


def test_an_evening_in_berlin_is_another_instant_in_summer() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)  # clocks go forward on the 29th
    assert opening("Europe/Berlin", "20:30", spring, 3) == ["28 19:30", "29 18:30", "30 18:30"]
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)  # and back on 25 October
    assert opening("Europe/Berlin", "20:30", autumn, 3) == ["24 18:30", "25 19:30", "26 19:30"]


def test_a_time_that_the_night_skips_comes_as_late_as_the_change() -> None:
    """02:30 does not exist in Berlin on 29 March 2026: it is 03:30 summer time, 01:30 UTC."""
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert opening("Europe/Berlin", "02:30", spring, 2) == ["29 01:30", "30 00:30"]


def test_a_time_that_comes_twice_is_the_first_and_comes_once() -> None:
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert opening("Europe/Berlin", "02:30", autumn, 2) == ["25 00:30", "26 01:30"]


def test_lord_howe_moves_by_half_an_hour() -> None:
    """UTC+10:30 in winter and +11 in summer; clocks go forward on 4 October 2026 at 02:00."""
    october = datetime(2026, 10, 2, 12, tzinfo=UTC)
    assert opening("Australia/Lord_Howe", "08:00", october, 3) == [
        "02 21:30",
        "03 21:00",
        "04 21:00",
    ]
    assert opening("Australia/Lord_Howe", "02:15", october, 3)[1] == "03 15:45"
    april = datetime(2026, 4, 3, 12, tzinfo=UTC)  # and back on 5 April at 02:00
    assert opening("Australia/Lord_Howe", "08:00", april, 3) == ["03 21:00", "04 21:30", "05 21:30"]


def test_sao_paulo_began_its_summer_at_midnight() -> None:
    """Midnight of 4 November 2018 was skipped; since 2019 clocks are left alone."""
    november = datetime(2018, 11, 2, 12, tzinfo=UTC)
    assert opening("America/Sao_Paulo", "00:00", november, 3) == [
        "03 03:00",
        "04 03:00",
        "05 02:00",
    ]
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert opening("America/Sao_Paulo", "00:00", now, 2) == ["01 03:00", "02 03:00"]


def test_days_are_those_of_the_patient() -> None:
    """Monday 07:00 in Auckland is Sunday evening in UTC."""
    found = occasions(
        slots("07:00", [1]),
        "Pacific/Auckland",
        datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=1),
        datetime(2026, 6, 8, tzinfo=UTC),
    )
    assert [str(one.opens) for one in found] == [
        "2026-05-31 19:00:00+00:00",
        "2026-06-07 19:00:00+00:00",
    ]


@given(
    zone=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]),
    at=st.times().map(lambda time: f"{time:%H:%M}"),
    start=st.integers(0, 15 * 366 * 24 * 60).map(
        lambda minutes: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
def test_every_day_has_its_occasion_once(zone: str, at: str, start: datetime) -> None:
    """Whatever the clocks do: twelve weeks from any instant have one a day of the patient."""
    found = occasions(slots(at), zone, start, start + timedelta(weeks=12))
    days = [one.opens.astimezone(ZoneInfo(zone)).date() for one in found]
    assert len(set(days)) == len(days)
    assert len(days) in {83, 84, 85}
    assert found == sorted(found)


def test_no_schedule_has_no_occasions() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert occasions([], "UTC", start, start + timedelta(days=9)) == []


def test_a_naive_time_and_an_unknown_zone_are_refused() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="offset"):
        occasions([], "UTC", start.replace(tzinfo=None), start)
    with pytest.raises(ZoneInfoNotFoundError):
        occasions([], "Mars/Olympus", start, start)
