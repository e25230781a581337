"""The reporting sheet of a plan's version, on the page and as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    ListeningSessionFactory,
    MembershipFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.therapy.pages.reading import rows
from therapy.models import SessionPlan, User

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def plan(people: People) -> SessionPlan:
    """Three times a week for two weeks, then the next version came."""
    made, following = (
        SessionPlanFactory(
            patient=people.anna,
            version=version,
            rationale="=A quiet secret",
            triggers=[{"tag": "organ", "reason": "the funeral"}],
            schedule=[{"days": [1, 3, 5], "at": "20:30", "minutes": 60}],
        )
        for version in (1, 2)
    )
    SessionPlan.objects.filter(id=made.id).update(created_at=START)
    SessionPlan.objects.filter(id=following.id).update(created_at=START + timedelta(days=14))
    ListeningSessionFactory(
        patient=people.anna,
        plan=made,
        started_at=START,
        ended_at=START + timedelta(minutes=18),
        ending="completed",
    )
    ListeningSessionFactory(
        patient=people.anna,
        plan=made,
        started_at=START,
        ended_at=START + timedelta(minutes=2),
        ending="stopped",
        stop_reason="tired",
    )
    ListeningSessionFactory(patient=people.anna, plan=following)
    SessionNotHeldFactory(patient=people.anna, plan=made)
    found: SessionPlan = made
    return found


def address(plan: SessionPlan) -> str:
    return f"/patients/{plan.patient_id}/plans/{plan.version}/rg-mbi/"


def line(answer: Any, title: str) -> str:
    (found,) = [row for row in rows(answer) if title in row]
    return found


def test_the_plan_leads_to_its_sheet(people: People, plan: SessionPlan) -> None:
    page = desk(people.bob).get(f"/patients/{people.anna.id}/").content.decode()
    assert f'href="/patients/{people.anna.id}/plans/2/rg-mbi/"' in page


def test_fidelity_is_of_this_version(people: People, plan: SessionPlan) -> None:
    said = line(desk(people.bob).get(address(plan)), "E Treatment fidelity")
    for expected in (
        "In force from 2026-03-02 to 2026-03-16",
        "without those of pauses: 0 of 6 held; 6 not known yet",
        "2 sessions begun: 1 completed, 1 stopped",
        "Reasons of stops: tired 1",
        "1 skipped, 0 expired",
        "20 minutes between start and end of 2 sessions, 10 on average; planned were 20",
    ):
        assert expected in said


def test_a_plan_in_force_has_no_last_day(people: People, plan: SessionPlan) -> None:
    newest = SessionPlan.objects.filter(patient=people.anna).latest("version")
    said = line(desk(people.bob).get(address(newest)), "E Treatment fidelity")
    assert f"In force from {newest.created_at:%Y-%m-%d} on; it still is" in said


def test_what_nobody_recorded_is_said(people: People, plan: SessionPlan) -> None:
    answer = desk(people.bob).get(address(plan))
    for title in ("Name Name", "D Interventionist", "F Setting", "B.4 Materials"):
        assert line(answer, title).endswith("Not recorded here.")
    assert "=A quiet secret" in line(answer, "A Intervention theory")


def test_files_have_free_texts_only_when_asked(people: People, plan: SessionPlan) -> None:
    bobs = desk(people.bob)
    for form in ("csv", "markdown"):
        bare = bobs.get(f"{address(plan)}file?form={form}")
        assert "attachment" in bare.headers["Content-Disposition"]
        assert "secret" not in bare.content.decode()
        assert "funeral" not in bare.content.decode()
        assert "free texts go out only when they are asked for" in bare.content.decode()
        whole = bobs.get(f"{address(plan)}file?form={form}&notes=yes").content.decode()
        assert "secret" in whole
        assert "the funeral" in whole
    lines = list(
        csv.DictReader(io.StringIO(bobs.get(f"{address(plan)}file?form=csv").content.decode()))
    )
    assert [one["item_2011"] for one in lines] == [
        *("", "A", "B.1", "B.2", "B.3", "B.4", "B.5", "C", "D", "E", "F", "G")
    ]
    assert len({one["component_2025"] for one in lines}) == 8


def test_who_may(people: People, plan: SessionPlan) -> None:
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    assert admins.get(address(plan)).status_code == 200
    assert "Download" not in admins.get(address(plan)).content.decode()
    assert admins.get(f"{address(plan)}file").status_code == 403
    for where in (address(plan), f"{address(plan)}file"):
        assert desk(people.charlie).get(where).status_code == 404
    assert desk(people.bob).get(address(plan).replace("/1/", "/9/")).status_code == 404
