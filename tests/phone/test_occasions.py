"""A phone in TypeScript knows as the server does when sessions are due, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.factories import (
    ListeningSessionFactory,
    PatientFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
)
from tests.phone.node import run
from tests.phone.randomly import milliseconds
from therapy.models import SessionPlan
from therapy.plans.schedule import occasions
from therapy.sessions.adherence import kept_occasions

# Changes by an hour at 2, by an hour at midnight (until 2019), by half an hour.
ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe")
YEARS = range(2015, 2027)
TIMES = ("00:00", "00:15", "01:45", "02:00", "02:15", "02:30", "03:00", "08:30", "23:59")


def a_schedule(generator: np.random.Generator) -> list[dict[str, Any]]:
    return [
        {
            "days": sorted({int(day) for day in generator.integers(1, 8, size=4)}),
            "at": str(generator.choice(TIMES)),
            "minutes": int(generator.integers(5, 1441)),
        }
        for _ in range(int(generator.integers(1, 5)))
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_sessions_are_due_at_the_same_instants_whenever_clocks_change(zone: str) -> None:
    generator = np.random.default_rng(8)
    everyday = {"days": [1, 2, 3, 4, 5, 6, 7], "minutes": 60}
    whole = [
        ([everyday | {"at": at} for at in TIMES], datetime(year, 1, 1, tzinfo=UTC), 366)
        for year in YEARS
    ]
    parts = [
        (
            a_schedule(generator),
            datetime(2015, 1, 1, tzinfo=UTC)
            + timedelta(minutes=int(generator.integers(6 * 10**6))),
            int(generator.integers(0, 15)),
        )
        for _ in range(200)
    ]
    asked = [(slots, start, start + timedelta(days=days)) for slots, start, days in whole + parts]
    cases = [
        {"schedule": slots, "zone": zone, "start": milliseconds(start), "end": milliseconds(end)}
        for slots, start, end in asked
    ]
    made = run("run_listening.mjs", {"occasions": cases})["occasions"]
    for (slots, start, end), theirs in zip(asked, made, strict=True):
        assert theirs == [
            {"opens": milliseconds(due.opens), "closes": milliseconds(due.closes)}
            for due in occasions(slots, zone, start, end)
        ]


@pytest.mark.django_db
def test_what_became_of_occasions_is_judged_alike() -> None:
    generator = np.random.default_rng(10)
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)  # two days after clocks went forward
    cases, ours = [], []
    for _ in range(30):
        patient = PatientFactory(time_zone="Europe/Berlin")
        plan: SessionPlan = SessionPlanFactory(patient=patient, schedule=a_schedule(generator))
        made_at = now - timedelta(days=int(generator.integers(1, 30)))
        SessionPlan.objects.filter(id=plan.id).update(created_at=made_at)
        instants = [now - timedelta(minutes=int(ago)) for ago in generator.integers(0, 40_000, 30)]
        begun, reports = instants[:15], []
        for at in begun:
            ListeningSessionFactory(patient=patient, started_at=at)
        for at in instants[15:]:
            outcome = str(generator.choice(["skipped", "expired"]))
            SessionNotHeldFactory(patient=patient, outcome=outcome, offered_at=at)
            reports.append({"offeredAt": milliseconds(at), "outcome": outcome})
        told = {
            "schedule": plan.schedule,
            "time_zone": "Europe/Berlin",
            "standing": "active",
            "created_at": made_at.isoformat(),
        }
        since = now - timedelta(days=21)
        kept = {"begun": list(map(milliseconds, begun)), "notHeld": reports, "offered": []}
        spoken = {"since": milliseconds(since), "now": milliseconds(now)}
        cases.append({"plan": told, "kept": kept, **spoken})
        ours.append(kept_occasions(patient, since=since, now=now))
    made = run("run_listening.mjs", {"outcomes": cases})["outcomes"]

    seen = set()
    for theirs, judged in zip(made, ours, strict=True):
        assert [one["occasion"]["opens"] for one in theirs] == [
            milliseconds(one.occasion.opens) for one in judged
        ]
        for one, kept_one in zip(theirs, judged, strict=True):
            assert one["outcome"] == as_a_phone_says(str(kept_one.outcome))
            seen.add(one["outcome"])
    assert seen == {"held", "skipped", "expired", "open", "not-offered"}


def as_a_phone_says(outcome: str) -> str:
    """Whether what was not reported was missed is for the server alone to say."""
    return "not-offered" if outcome in {"missed", "not-known"} else outcome
