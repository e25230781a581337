"""What the list of patients shows, read in a number of queries that does not grow with it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, TextChoices

from therapy.caseload.selectors import with_last_session
from therapy.people.models import Clinic, Patient
from therapy.people.visibility import Access
from therapy.sessions.models import ListeningSession, MoodRating, MoodSkip, TrackRating

AROUND = (MoodRating.Phase.BEFORE, MoodRating.Phase.AFTER)


class Order(TextChoices):
    """How the list is sorted."""

    CODE = "code", "code"
    RECENT = "recent", "latest session"


@dataclass(frozen=True)
class Moods:
    """The moods around one session. Of several in a phase the last counts: nearest the music
    before it, and the patient's final word after it. Where there is none, the patient may have
    been asked and not said it; of nothing that is known, neither is so."""

    before: MoodRating | None = None
    after: MoodRating | None = None
    not_said_before: bool = False
    not_said_after: bool = False


@dataclass(frozen=True)
class PatientRow:
    """One patient of the list. `moods` are those around the latest session."""

    patient: Patient
    session_count: int
    last_session_at: datetime | None
    moods: Moods
    rating_count: int


def patients_found(
    *, access: Access, clinic: Clinic | None, search: str, order: Order
) -> QuerySet[Patient]:
    """The patients that `access` reaches, of one clinic or all, whose code contains `search`."""
    patients = access.patients().select_related("clinic", "therapist__user")
    if clinic is not None:
        patients = patients.filter(clinic=clinic)
    if search:
        patients = patients.filter(code__icontains=search)
    patients = with_last_session(patients)
    if order is Order.RECENT:
        return patients.order_by(F("last_session_at").desc(nulls_last=True), "code", "id")
    return patients.order_by("code", "id")


def rows_of(patients: Sequence[Patient]) -> list[PatientRow]:
    """The rows of the list for patients that `patients_found` gave."""
    ids = [patient.id for patient in patients]
    sessions = _count_by_patient(ListeningSession.objects.filter(patient__in=ids))
    ratings = _count_by_patient(TrackRating.objects.filter(patient__in=ids))
    latest = {patient.id: getattr(patient, "last_session_id", None) for patient in patients}
    moods = moods_around(session for session in latest.values() if session is not None)
    return [
        PatientRow(
            patient=patient,
            session_count=sessions.get(patient.id, 0),
            last_session_at=getattr(patient, "last_session_at", None),
            moods=moods.get(latest[patient.id], Moods()),
            rating_count=ratings.get(patient.id, 0),
        )
        for patient in patients
    ]


def moods_around(session_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID | None, Moods]:
    """The moods before and after each session of which something is known, by the session's id.
    Two queries."""
    ids = list(session_ids)
    said = moods_said(ids)
    skips = MoodSkip.objects.filter(session__in=ids, phase__in=AROUND)
    for session, phase in skips.values_list("session_id", "phase"):
        moods = said.get(session, Moods())  # who says it later all the same has said it
        if phase == MoodRating.Phase.BEFORE:
            said[session] = replace(moods, not_said_before=moods.before is None)
        else:
            said[session] = replace(moods, not_said_after=moods.after is None)
    return said


def moods_said(session_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID | None, Moods]:
    """The same of ratings alone. One query."""
    found: dict[uuid.UUID | None, dict[str, Any]] = {}
    ratings = MoodRating.objects.filter(session__in=list(session_ids), phase__in=AROUND)
    for rating in ratings.order_by("rated_at", "id"):
        found.setdefault(rating.session_id, {})[rating.phase] = rating
    return {session: Moods(**fields) for session, fields in found.items()}


def _count_by_patient(
    rows: "QuerySet[ListeningSession] | QuerySet[TrackRating]",
) -> dict[uuid.UUID, int]:
    counted = rows.order_by().values("patient_id").annotate(number=Count("pk"))
    return {row["patient_id"]: row["number"] for row in counted}
