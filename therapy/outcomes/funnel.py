"""How many of those who were referred came how far."""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, Subquery

from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value
from therapy.people.models import Consent, Device
from therapy.plans.models import PlanStanding, SessionPlan, Standing
from therapy.sessions.models import ListeningSession
from therapy.statistics.proportions import share

STAGES: Final = {
    "referred": "Referred: entered in the clinic’s list",
    "agreed": "Agreed to care",
    "connected": "Connected a phone",
    "planned": "Were given a plan",
    "began": "Listened at least once",
    "regular": "Listened at least five times",
    "completed": "Completed: their plan was ended",
}
REGULAR = 5  # sessions


def funnel_table(cohort: Cohort) -> Table:
    counts = _counts(cohort)
    return Table(
        key="funnel",
        title="From referred to completed",
        lead="How many people came how far; each stage counts those who also passed all before it.",
        columns=(
            Column("stage", "Stage", Kind.WORDS),
            Column("people", "People"),
            Column("of_all", "Of all referred", Kind.SHARE, has_interval=True, is_drawn=True),
            Column("of_before", "Of the stage before", Kind.SHARE),
        ),
        rows=_rows(counts) if counts["referred"] else (),
        how=How(
            formula="Counts, with Wilson’s 95 % interval of the share.",
            counted="People whose record was made in the months that were asked for, those who are "
            "being erased left out. Completed is a plan that was ended, for whatever reason.",
            source="Wilson 1927, doi 10.1080/01621459.1927.10502953.",
        ),
        empty="Nobody was referred in these months.",
    )


def _rows(counts: dict[str, int]) -> tuple[tuple[Value, ...], ...]:
    rows: list[tuple[Value, ...]] = []
    before = counts["referred"]
    for stage, words in STAGES.items():
        count = counts[stage]
        of_all = share(count, counts["referred"])
        of_before = None if stage == "referred" or not before else count / before
        rows.append((words, count, Estimate(of_all.value, of_all.low, of_all.high), of_before))
        before = count
    return tuple(rows)


def _counts(cohort: Cohort) -> dict[str, int]:
    """By stage, who came so far. One query."""
    of_one: dict[str, Any] = {"patient": OuterRef("pk")}
    care = Consent.objects.filter(scope=Consent.Scope.CARE, **of_one).order_by("-id")
    standing = PlanStanding.objects.filter(**of_one).order_by("-id")
    sessions = ListeningSession.objects.filter(**of_one).order_by()
    patients = cohort.patients().filter(**cohort.days("created_at")).order_by()
    facts = patients.annotate(
        has_agreed=Subquery(care.values("given")[:1]),
        has_phone=Exists(Device.objects.filter(**of_one)),
        has_plan=Exists(SessionPlan.objects.filter(**of_one)),
        has_begun=Exists(sessions),
        has_listened_often=Exists(sessions[REGULAR - 1 : REGULAR]),
        has_ended=Subquery(standing.annotate(ended=Q(standing=Standing.ENDED)).values("ended")[:1]),
    ).values_list(
        "has_agreed", "has_phone", "has_plan", "has_begun", "has_listened_often", "has_ended"
    )
    counts = dict.fromkeys(STAGES, 0)
    for of_patient in facts:
        for stage, reached in zip(STAGES, (True, *of_patient), strict=True):
            if not reached:
                break
            counts[stage] += 1
    return counts
