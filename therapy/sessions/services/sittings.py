"""Listening sessions: begun, and ended once; or offered, and not held."""

import uuid
from datetime import datetime

from django.db import transaction

from therapy.audit.writing import note_changed
from therapy.people.care import refuse_after_care
from therapy.records import problems_of, refuse
from therapy.sessions.arrivals import Arrival
from therapy.sessions.checks import session_problems
from therapy.sessions.clocks import PhoneClock, corrected_end
from therapy.sessions.models import ListeningSession, SessionNotHeld
from therapy.sessions.once import end_difference, other_content, store_once

RIGHT = PhoneClock()


def record_session(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    started_at: datetime,
    ended_at: datetime | None = None,
    ending: str = "",
    stop_reason: str = "",
    plan_id: uuid.UUID | None = None,
    assignment_id: uuid.UUID | None = None,
) -> ListeningSession:
    """A sitting. A repeat that brings the end of an open session ends it; one that comes late,
    without the end that is stored, changes nothing.

    Raises ValidationError by field, ConflictError.
    """
    session = ListeningSession(
        id=id,
        started_at=started_at,
        ended_at=ended_at,
        ending=ending,
        stop_reason=stop_reason,
        end_clock_offset=None if ended_at is None else arrival.clock.offset_seconds,
        plan_id=plan_id,
        assignment_id=assignment_id,
    )
    stored = store_once(session, arrival=arrival)
    if ended_at is not None and stored.ended_at is None:
        end_session(
            session=stored,
            ended_at=ended_at,
            ending=ending,
            stop_reason=stop_reason,
            clock=arrival.clock,
        )
        arrival.note(stored)
    return stored


@transaction.atomic
def end_session(
    *,
    session: ListeningSession,
    ended_at: datetime,
    ending: str = "",
    stop_reason: str = "",
    clock: PhoneClock = RIGHT,
) -> ListeningSession:
    """Close a session at the time that `clock` showed. The same end again changes nothing; another
    end is a ConflictError.

    Raises CareEnded, ValidationError for an end before the start, at an impossible time, or with a
    reason that is none of a stop.
    """
    if session.ended_at is None:
        refuse_after_care(session.patient)
    end = ListeningSession(
        started_at=session.started_at,
        phone_started_at=session.phone_started_at,
        ended_at=corrected_end(session, ended_at, clock),
        phone_ended_at=ended_at,
        end_clock_offset=clock.offset_seconds,
        ending=ending,
        stop_reason=stop_reason,
    )
    refuse(problems_of(end) | session_problems(end))
    names = ("ended_at", "phone_ended_at", "end_clock_offset", "ending", "stop_reason")
    changes = {name: getattr(end, name) for name in names}
    if ListeningSession.objects.filter(id=session.id, ended_at=None).update(**changes):
        note_changed(session, *names)
    session.refresh_from_db(fields=names)
    if differences := end_difference(session, end):
        raise other_content(differences)
    return session


def record_session_not_held(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    outcome: str,
    offered_at: datetime,
    decided_at: datetime,
    skip_reason: str = "",
    plan_id: uuid.UUID | None = None,
) -> SessionNotHeld:
    """A session that was offered and skipped by the patient, or whose time ran out.

    Raises ValidationError by field, ConflictError.
    """
    row = SessionNotHeld(
        id=id,
        plan_id=plan_id,
        outcome=outcome,
        skip_reason=skip_reason,
        offered_at=offered_at,
        decided_at=decided_at,
    )
    return store_once(row, arrival=arrival)
