"""What is refused about the rows that phones send, the same for one row and for a history."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from therapy.catalogue.selectors import tracks_of
from therapy.people.models import Patient
from therapy.plans.models import MOST_TRACKS, SessionPlan
from therapy.records import Problems, out_of_range, problems_of
from therapy.sessions.measure_checks import measure_problems
from therapy.sessions.measures import MeasureResponse
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    TrackRating,
)

Reported = ListeningSession | MoodRating | TrackRating | PlaylistLog | MeasureResponse

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before any phone that could have made the row
MOST_AHEAD = timedelta(minutes=10)  # by which a phone's clock may be fast
INSTANTS = ("started_at", "ended_at", "rated_at", "made_at", "answered_at")
BOUNDS = {
    "liking": (1, 5),
    "familiarity": (1, 5),
    "model_version": (0, 2**31 - 1),
    "seed": (-(2**63), 2**63 - 1),
}
ENTRY_BOUNDS = {
    "position": (0, MOST_TRACKS - 1),
    "deviation_valence": (0, 10),  # the affect plane is 2 wide
    "deviation_arousal": (0, 10),
    "log_probability": (-1e6, 0),
}
FEW = 500
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """Which of the plans, sessions and tracks that rows name the patient may name."""

    plans: frozenset[uuid.UUID]
    sessions: frozenset[uuid.UUID]
    tracks: frozenset[uuid.UUID]


def known_to(
    patient: Patient,
    rows: Iterable[Reported | PlaylistEntry],
    *,
    arriving: Iterable[ListeningSession] = (),
) -> Known:
    """Look up all that `rows` name; `arriving` sessions count as there. At most three queries."""
    named: dict[str, set[uuid.UUID]] = {"plan_id": set(), "session_id": set(), "track_id": set()}
    for row in rows:
        for name, ids in named.items():
            if (named_id := getattr(row, name, None)) is not None:
                ids.add(named_id)
    new = frozenset(session.id for session in arriving)
    return Known(
        plans=_present(SessionPlan.objects.filter(patient=patient), named["plan_id"]),
        sessions=new
        | _present(ListeningSession.objects.filter(patient=patient), named["session_id"] - new),
        tracks=_present(tracks_of(patient.clinic), named["track_id"]),
    )


def _present(rows: QuerySet[Any], wanted: set[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of the wanted ids that `rows` has."""
    if not wanted:
        return frozenset()
    if len(wanted) <= FEW:  # a statement takes only so many parameters
        rows = rows.filter(id__in=wanted)
    return frozenset(rows.values_list("id", flat=True)) & wanted


def problems_in(row: Reported, known: Known) -> Problems:
    """What is wrong with a row, by field of the API."""
    problems = problems_of(row) | out_of_range(row, BOUNDS) | _reference_problems(row, known)
    for name in INSTANTS:
        value = getattr(row, name, None)
        if value is not None and (text := instant_problem(value)):
            problems[name] = [text]
    if not problems and isinstance(row, ListeningSession) and row.ended_at is not None:
        text = end_problem(row, row.ended_at)
        problems = {"ended_at": [text]} if text else {}
    if isinstance(row, PlaylistLog) and not SHA256.fullmatch(row.package_sha256):
        problems["package_sha256"] = ["Must be 64 hexadecimal digits in lower case."]
    if isinstance(row, MeasureResponse):
        problems |= measure_problems(row)
    return problems


def entry_problems(entries: Sequence[PlaylistEntry], known: Known) -> Problems:
    """What is wrong with a playlist's tracks, as `entries.INDEX.FIELD`."""
    problems: Problems = {}
    if not 1 <= len(entries) <= MOST_TRACKS:
        problems["entries"] = [f"A playlist has 1 to {MOST_TRACKS} tracks, not {len(entries)}."]
    elif sorted(entry.position for entry in entries) != list(range(len(entries))):
        problems["entries"] = [
            f"Positions must be 0 to {len(entries) - 1}, each once and without a gap."
        ]
    for index, entry in enumerate(entries):
        found = problems_of(entry) | out_of_range(entry, ENTRY_BOUNDS)
        found |= _reference_problems(entry, known)
        problems |= {f"entries.{index}.{name}": texts for name, texts in found.items()}
    return problems


def instant_problem(value: datetime) -> str:
    """Why a phone's time is refused, or nothing."""
    if timezone.is_naive(value):
        return "Must have an offset from UTC, such as Z or +02:00."
    if value < EARLIEST:
        return f"Lies before {EARLIEST:%Y}: check the phone's clock."
    now = timezone.now()
    if value > now + MOST_AHEAD:
        return (
            f"Lies in the future: the server's clock says {now:%Y-%m-%dT%H:%M:%SZ}, and up to "
            f"{MOST_AHEAD.seconds // 60} minutes ahead of it are accepted. Check the phone's clock."
        )
    return ""


def end_problem(session: ListeningSession, ended_at: datetime) -> str:
    """Why the end of a session is refused, or nothing."""
    if text := instant_problem(ended_at):
        return text
    return "A session cannot end before it starts." if ended_at < session.started_at else ""


def _reference_problems(row: Reported | PlaylistEntry, known: Known) -> Problems:
    """Another patient's rows and another clinic's tracks are as unknown as those of nobody."""
    problems: Problems = {}
    if _names_other(row, "plan_id", known.plans):
        problems["plan"] = ["This patient has no plan of this id."]
    if _names_other(row, "session_id", known.sessions):
        problems["session"] = ["This patient has no session of this id. Send the session first."]
    if _names_other(row, "track_id", known.tracks):
        problems["track"] = ["No catalogue of this clinic has such a track."]
    return problems


def _names_other(row: object, name: str, ids: frozenset[uuid.UUID]) -> bool:
    named_id = getattr(row, name, None)
    return named_id is not None and named_id not in ids
