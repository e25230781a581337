"""Whose outcomes, and of when: what an address of the outcomes page says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery

from therapy.people.models import Clinic, Patient
from therapy.plans.models import SessionPlan
from therapy.plans.templates import TEMPLATES
from therapy.records import Problems

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Cohort:
    """Patients of a clinic, and the months of which their reports count; both months included."""

    clinic: Clinic
    origin: Patient.Origin
    since: date | None = None
    until: date | None = None
    template: str = ""
    """Of the newest plan; empty: all."""

    @classmethod
    def asked_for(cls, clinic: Clinic, query: Mapping[str, str]) -> "Cohort":
        """As `?since=2026-01&until=2026-03&origin=care&template=calm-evening` says. Raises
        ValidationError by field."""
        problems: Problems = {}
        since = _month("since", query, problems)
        until = _month("until", query, problems)
        if since is not None and until is not None and since > until:
            problems["until"] = ["The last month is before the first."]
        origin = query.get("origin", "") or usual_origin(clinic)
        if origin not in Patient.Origin.values:
            problems["origin"] = [f"'{origin[:40]}' is none of {', '.join(Patient.Origin.values)}."]
        template = query.get("template", "")
        if template and template not in TEMPLATES:
            problems["template"] = [f"'{template[:40]}' is none of {', '.join(TEMPLATES)}."]
        if problems:
            raise ValidationError(problems)
        return cls(
            clinic=clinic,
            origin=Patient.Origin(origin),
            since=since,
            until=until,
            template=template,
        )

    def patients(self) -> QuerySet[Patient]:
        """Those who are not being erased, with `template` of the newest plan."""
        plans = SessionPlan.objects.filter(patient=OuterRef("pk")).order_by("-version")
        found = Patient.objects.filter(clinic=self.clinic, erasure=None, origin=self.origin)
        found = found.annotate(template=Subquery(plans.values("template")[:1]))
        return found.filter(template=self.template) if self.template else found

    def months(self) -> dict[str, Any]:
        """The filter of summaries by month."""
        bounds = {"month__gte": self.since, "month__lte": self.until}
        return {name: month for name, month in bounds.items() if month is not None}

    def days(self, name: str) -> dict[str, datetime]:
        """The filter of instants in those months, UTC."""
        bounds = {}
        if self.since is not None:
            bounds[f"{name}__gte"] = _midnight(self.since)
        if self.until is not None:
            year, last = self.until.year, self.until.month
            bounds[f"{name}__lt"] = _midnight(date(year + last // 12, last % 12 + 1, 1))
        return bounds

    @property
    def address(self) -> dict[str, str]:
        """The query that gives this cohort again."""
        asked = {
            "since": f"{self.since:%Y-%m}" if self.since else "",
            "until": f"{self.until:%Y-%m}" if self.until else "",
            "origin": self.origin.value,
            "template": self.template,
        }
        return {name: value for name, value in asked.items() if value}


def usual_origin(clinic: Clinic) -> str:
    """People in care, where there are any; else whoever there is."""
    patients = Patient.objects.filter(clinic=clinic, erasure=None).order_by()
    there = set(patients.values_list("origin", flat=True).distinct())
    return next((one for one in Patient.Origin.values if one in there), Patient.Origin.CARE.value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _month(name: str, query: Mapping[str, str], problems: Problems) -> date | None:
    typed = query.get(name, "").strip()
    if not typed:
        return None
    found = MONTH.fullmatch(typed)
    if found is None or not MINYEAR < int(found[1]) < MAXYEAR:
        problems[name] = ["Must be a month such as 2026-03."]
        return None
    return date(int(found[1]), int(found[2]), 1)
