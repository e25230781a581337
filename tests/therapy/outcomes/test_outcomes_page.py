"""The outcomes page: who may see it, what it says of a cohort, and its tables as files."""

import csv
import io
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from statsmodels.api import MixedLM

from tests.people import People
from tests.therapy.pages.reading import words
from therapy.demonstration.year import Year
from therapy.models import (
    Consent,
    ListeningSession,
    MeasureResponse,
    MoodRating,
    Patient,
    SafetyFlag,
    User,
)
from therapy.outcomes.refreshing import refresh
from therapy.outcomes.report import Report
from therapy.statistics.drift import PRIOR
from worker.models import Job

pytestmark = pytest.mark.django_db
PAGE = "/outcomes/harbour/"
TABLES = (
    *("effect", "change", "responders", "deterioration", "funnel", "adherence"),
    *("dose", "missing", "dose-response", "templates", "therapists", "model"),
)


def table(client: Client, key: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{PAGE}{key}.csv?{query}")
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def clients(people: People) -> dict[str, Client]:
    found = {}
    for name in ("alice", "bob", "charlie"):
        found[name] = Client()
        found[name].force_login(getattr(people, name))
    return found


def test_it_is_for_admins_and_owners_of_the_clinic(people: People, admins: Client) -> None:
    by = clients(people)
    for address in (PAGE, f"{PAGE}effect.csv"):
        assert admins.get(address).status_code == 200
        assert by["alice"].get(address).status_code == 200
        assert by["bob"].get(address).status_code == 403
        assert by["charlie"].get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert by["bob"].post(f"{PAGE}refresh/").status_code == 403
    assert by["charlie"].post(f"{PAGE}refresh/").status_code == 404
    assert "Outcomes" in by["alice"].get("/").content.decode()
    assert "Outcomes" not in by["bob"].get("/").content.decode()
    assert admins.get("/outcomes/").headers["Location"] == PAGE


def test_a_clinic_without_sessions_is_told_so(admins: Client) -> None:
    said = words(admins.get(PAGE))
    assert "Nothing was summed yet." in said
    assert "Of so few nothing is said." in said
    assert "Nothing was reported yet." in said


def test_the_effect_is_what_the_mixed_model_of_all_sessions_finds(
    admins: Client, year: Year
) -> None:
    """From the database to the file, past our summaries: statsmodels on the ratings themselves."""
    found = {row["axis"].split(" (")[1].split(";")[0]: row for row in table(admins, "effect")}
    for axis, drift in PRIOR.items():
        person, before, after = pairs(axis)
        y = after - drift.expected(before)
        theirs = MixedLM(y, np.ones((len(y), 1)), person).fit(reml=True, method=["powell"])
        ours = found[axis]
        assert float(ours["difference"]) == pytest.approx(float(theirs.fe_params[0]), abs=1e-5)
        assert float(ours["naive"]) == pytest.approx(float((after - before).mean()), abs=1e-5)
        assert int(ours["sessions"]) == len(y)
        assert ours["people"] == "36"
        assert ours["because"].startswith("0 maintenance or control sessions")


def pairs(axis: str) -> tuple[Any, Any, Any]:
    moods: dict[Any, dict[str, Any]] = {}
    for rating in MoodRating.objects.all():
        moods.setdefault(rating.session_id, {"who": rating.patient_id.int})[rating.phase] = getattr(
            rating, axis
        )
    told = [one for one in moods.values() if len(one) == 3]
    codes = {who: number for number, who in enumerate(sorted({one["who"] for one in told}))}
    person = np.array([codes[one["who"]] for one in told])
    before, after = (np.array([one[phase] for one in told]) for phase in ("before", "after"))
    return person, before, after


def test_findings_are_said_in_words_and_not_beyond_their_interval(
    admins: Client, year: Year
) -> None:
    said = words(admins.get(PAGE))
    assert "Moods after listening were more pleasant than expected." in said
    assert "People were calmer after listening than expected." in said
    assert "These are simulated listeners. Nothing here is about people." in said
    assert "no effects of treating a disease" in said


def test_without_an_effect_none_is_said(admins: Client, people: People) -> None:
    Year(patients=30, sessions=10).fill(people.harbour, [])
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    answer = admins.get(f"{PAGE}?origin=simulated")
    assert words(answer).count("A difference from what was expected cannot be shown.") == 2
    naive = [float(row["naive"]) for row in table(admins, "effect", "origin=simulated")]
    assert naive[0] > 0.1  # which is what a plain mean would have said
    assert naive[1] < -0.1


def test_every_number_says_how_it_is_computed(admins: Client, year: Year) -> None:
    answer = admins.get(PAGE)
    report: Report = answer.context["report"]
    assert tuple(one.key for one in report.tables) == TABLES
    said = words(answer)
    assert said.count("How is this computed?") == len(TABLES)
    for one in report.tables:
        for part in (one.how.formula, one.how.counted, one.how.source):
            assert " ".join(part.split()) in said


def test_the_address_names_the_cohort(admins: Client, year: Year) -> None:
    everyone = int(table(admins, "dose")[0]["sessions"])
    months = "since=2026-03&until=2026-05"
    some = int(table(admins, "dose", months)[0]["sessions"])
    within = ListeningSession.objects.filter(
        started_at__gte="2026-03-01T00:00Z", started_at__lt="2026-06-01T00:00Z"
    )
    assert some == within.count() < everyone
    [all_of_it, template] = [
        table(admins, "funnel", query)[0]["people"] for query in ("", "template=sleep")
    ]
    assert (all_of_it, template) == ("36", "12")
    answer = admins.get(f"{PAGE}?{months}&template=sleep")
    assert 'value="2026-03"' in answer.content.decode()
    assert "effect.csv?since=2026-03&amp;until=2026-05" in answer.content.decode()
    assert table(admins, "funnel", "origin=research")[0]["people"] == "1"
    assert table(admins, "funnel", "origin=care") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=March", "Must be a month such as 2026-03."),
        ("since=2026-13", "Must be a month such as 2026-03."),
        ("until=9999-12", "Must be a month such as 2026-03."),
        ("since=2026-05&until=2026-03", "The last month is before the first."),
        ("origin=martians", "'martians' is none of care, simulated, research."),
        ("template=nothing", "'nothing' is none of"),
    ],
)
def test_a_cohort_that_is_none_is_refused_in_words(
    admins: Client, people: People, query: str, said: str
) -> None:
    page, file = admins.get(f"{PAGE}?{query}"), admins.get(f"{PAGE}effect.csv?{query}")
    assert page.status_code == file.status_code == 400
    assert said in words(page)
    assert said in file.content.decode()


def test_there_is_no_other_table(admins: Client, people: People) -> None:
    assert admins.get(f"{PAGE}salaries.csv").status_code == 404


def test_small_groups_stand_together(admins: Client, people: People, year: Year) -> None:
    few = Patient.objects.filter(clinic=people.harbour, plans__template="sleep")
    for patient in few[:9]:
        patient.plans.update(template="")
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    groups = {row["group"]: int(row["people"]) for row in table(admins, "templates")}
    assert "Before sleep" not in groups  # three people
    assert sum(groups.values()) == 36
    assert min(groups.values()) >= 5


def test_therapists_are_compared_from_ten_people_on(
    admins: Client, people: People, year: Year
) -> None:
    rows = table(admins, "therapists")
    assert {row["group"]: row["people"] for row in rows if row["axis"] == "valence"} == {
        "Bob": "18",
        next(row["group"] for row in rows if row["group"] != "Bob"): "18",
    }
    Patient.objects.filter(clinic=people.harbour, code__gt="YEAR-00014").update(therapist=None)
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    together = {"Nobody is responsible": "21", "Small groups together": "15"}
    rows = table(admins, "therapists")
    assert {row["group"]: row["people"] for row in rows} == together


def test_a_name_is_no_formula_in_a_file(admins: Client, people: People, year: Year) -> None:
    User.objects.filter(id=people.bob.id).update(name="=1+1")
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    assert "'=1+1" in {row["group"] for row in table(admins, "therapists")}
    assert float(table(admins, "effect")[1]["difference"]) < 0  # which is a number still


def test_thirds_of_the_people_are_told_apart(admins: Client, year: Year) -> None:
    rows = [row for row in table(admins, "dose-response") if row["axis"] == "valence"]
    assert [row["third"].split(",")[0] for row in rows] == [
        *("lowest third", "middle third", "highest third"),
    ]
    assert sum(int(row["people"]) for row in rows) == 36


def test_where_all_listened_alike_there_are_no_thirds(admins: Client, people: People) -> None:
    made = Year(patients=20, sessions=5)
    made.fill(people.harbour, [])
    ListeningSession.objects.update(ended_at=F("started_at"), ending="")
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    assert table(admins, "dose-response", "origin=simulated") == []


def test_responders_are_those_of_a_documented_change(admins: Client, year: Year) -> None:
    rows = table(admins, "responders")
    assert [row["change"].split(":")[0] for row in rows] == ["6 points", "1.7 points"]
    courses: dict[Any, list[float]] = {}
    for one in MeasureResponse.objects.order_by("answered_at"):
        assert one.scores is not None
        courses.setdefault(one.patient_id, []).append(one.scores["total"]["value"])
    improved = sum(of_one[-1] - of_one[0] <= -6 for of_one in courses.values())
    assert float(rows[0]["improved"]) == pytest.approx(improved / 36, abs=1e-5)
    assert float(rows[0]["improved_low"]) < improved / 36 < float(rows[0]["improved_high"])


def test_flags_of_worse_moods_are_counted_by_person(
    admins: Client, people: People, year: Year
) -> None:
    one, two = Patient.objects.filter(clinic=people.harbour, origin="simulated")[:2]
    for patient in (one, one, two):
        SafetyFlag.objects.create(
            patient=patient,
            rule="worse-than-expected",
            rule_version=1,
            severity="attention",
            cause=uuid4(),
        )
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    [row] = table(admins, "deterioration")
    assert float(row["flagged"]) == pytest.approx(2 / 36, abs=1e-5)


def test_the_funnel_counts_who_passed_every_stage(
    admins: Client, people: People, year: Year
) -> None:
    first = Patient.objects.filter(clinic=people.harbour, origin="simulated").first()
    assert first is not None
    Consent.objects.create(
        patient=first, scope="care", given=False, text_version="1", language="en"
    )
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    counts = [int(row["people"]) for row in table(admins, "funnel")]
    assert counts == [36, 35, 35, 35, 35, 35, 0]


def test_what_was_not_said_adds_up(admins: Client, year: Year) -> None:
    rows = {row["said"]: int(row["sessions"]) for row in table(admins, "missing")}
    assert sum(rows.values()) == 36 * 12
    assert rows["Before alone"] == 36 * 12 - rows["Before and after"] > 0


def test_a_report_is_kept_until_it_is_summed_anew(
    admins: Client, people: People, year: Year
) -> None:
    before = table(admins, "dose")[0]["sessions"]
    Year(patients=2, sessions=3, seed=2, first=100).fill(people.harbour, [])
    assert table(admins, "dose")[0]["sessions"] == before
    assert admins.post(f"{PAGE}refresh/").status_code == 302
    job = Job.objects.get(kind="refresh_outcomes", state="queued")
    assert job.arguments == {"clinic_id": str(people.harbour.id)}
    assert "summing is waiting to start" in words(admins.get(PAGE))
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    assert int(table(admins, "dose")[0]["sessions"]) == int(before) + 6


def test_queries_do_not_grow_with_the_clinic(
    admins: Client, people: People, year: Year, django_assert_max_num_queries: Any
) -> None:
    with CaptureQueriesContext(connection) as of_some:
        admins.get(f"{PAGE}?since=2020-01")
    Year(patients=30, sessions=4, seed=3, first=100).fill(people.harbour, [])
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    with django_assert_max_num_queries(len(of_some)):
        admins.get(f"{PAGE}?since=2020-02")
    assert len(of_some) <= 25
