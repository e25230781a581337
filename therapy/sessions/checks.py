"""What is refused about the rows that phones send, the same for one row and for a history."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from therapy.plans.models import MOST_TRACKS
from therapy.records import Problems, out_of_range, problems_of, refuse
from therapy.sessions.measure_checks import measure_problems
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    PlaylistEntry,
    PlaylistLog,
    Report,
    SessionNotHeld,
)
from therapy.sessions.models.plays import LONGEST_PLAY, MOST_PLAYS
from therapy.sessions.references import Known

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before any phone that could have made the row
MOST_AHEAD = timedelta(minutes=10)  # what is left to a fast clock, corrected or not
BOUNDS = {
    "liking": (1, 5),
    "familiarity": (1, 5),
    "position": (0, MOST_PLAYS - 1),
    "seconds_heard": (0, LONGEST_PLAY),
    "model_version": (0, 2**31 - 1),
    "version": (0, 2**31 - 1),
    "in_use": (0, 2**31 - 1),
    "seed": (-(2**63), 2**63 - 1),
}
ENTRY_BOUNDS = {
    "position": (0, MOST_TRACKS - 1),
    "deviation_valence": (0, 10),  # the affect plane is 2 wide
    "deviation_arousal": (0, 10),
    "log_probability": (-1e6, 0),
}
SHA256 = re.compile(r"[0-9a-f]{64}")
NO_SESSION = "This patient has no session of this id. Send the session first."


class SessionUnknown(ValidationError):
    """All that is wrong with a row is that its session is not here, or not yet."""


def refuse_row(problems: Problems) -> None:
    """Raise ValidationError with every problem, if there is any: SessionUnknown where sending the
    session first would do."""
    if problems == {"session": [NO_SESSION]}:
        raise SessionUnknown(problems)
    refuse(problems)


AXES = ("valence", "arousal")


def problems_in(row: Report, known: Known) -> Problems:
    """What is wrong with a row, by field of the API."""
    problems = problems_of(row) | out_of_range(row, BOUNDS) | _reference_problems(row, known)
    for name in row.INSTANTS:
        value = getattr(row, name)
        if value is not None and (text := instant_problem(value)):
            problems[name] = [text]
    contradictions = CONTRADICTIONS.get(type(row))
    if contradictions is not None and not problems:
        problems = contradictions(row)
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
        problems |= {f"entries.{index}.{_as_sent(name)}": texts for name, texts in found.items()}
    return problems


def _as_sent(name: str) -> str:
    """A column of an entry as the API names it: of a pair, by its place."""
    pair, _, axis = name.rpartition("_")
    return f"{pair}.{AXES.index(axis)}" if axis in AXES else name


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


def session_problems(session: ListeningSession) -> Problems:
    """What is wrong with how a session ended, or is said to have."""
    problems: Problems = {}
    if session.stop_reason and session.ending != ListeningSession.Ending.STOPPED:
        problems["stop_reason"] = ["Only a session that was stopped has a reason."]
    if session.ended_at is None:
        if session.ending:
            problems["ending"] = ["A session that goes on has no ending: send `ended_at` with it."]
    elif text := instant_problem(session.ended_at):
        problems["ended_at"] = [text]
    elif session.ended_at < session.started_at:
        problems["ended_at"] = ["A session cannot end before it starts."]
    return problems


def _not_held_problems(row: SessionNotHeld) -> Problems:
    problems: Problems = {}
    if row.skip_reason and row.outcome != SessionNotHeld.Outcome.SKIPPED:
        problems["skip_reason"] = ["Only a session that was skipped has a reason."]
    if row.decided_at < row.offered_at:
        problems["decided_at"] = ["Nothing can be decided before it is offered."]
    return problems


def _playlist_problems(playlist: PlaylistLog) -> Problems:
    return _digest_problems("package_sha256", playlist.package_sha256)


def _refusal_problems(refusal: ModelRefusal) -> Problems:
    return _digest_problems("base_sha256", refusal.base_sha256) if refusal.base_sha256 else {}


def _digest_problems(name: str, digest: str) -> Problems:
    if SHA256.fullmatch(digest):
        return {}
    return {name: ["Must be 64 hexadecimal digits in lower case."]}


# What no single field shows; asked only of rows whose fields are in order.
CONTRADICTIONS: Mapping[type[Report], Callable[[Any], Problems]] = {
    ListeningSession: session_problems,
    SessionNotHeld: _not_held_problems,
    PlaylistLog: _playlist_problems,
    ModelRefusal: _refusal_problems,
    MeasureResponse: measure_problems,
}


def _reference_problems(row: object, known: Known) -> Problems:
    """Another patient's rows and another clinic's tracks are as unknown as those of nobody."""
    problems: Problems = {}
    for name, ids, text in (
        ("plan", known.plans, "This patient has no plan of this id."),
        ("assignment", known.assignments, "No trial of this patient assigned this."),
        ("session", known.sessions, NO_SESSION),
        ("track", known.tracks, "No catalogue of this clinic has such a track."),
    ):
        named_id = getattr(row, f"{name}_id", None)
        if named_id is not None and named_id not in ids:
            problems[name] = [text]
    return problems
