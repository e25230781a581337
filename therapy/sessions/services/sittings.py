"""Listening sessions: begun, and ended once."""

import uuid
from datetime import datetime

from django.db import transaction

from therapy.records import refuse
from therapy.sessions.arrivals import Arrival
from therapy.sessions.checks import end_problem
from therapy.sessions.models import ListeningSession
from therapy.sessions.once import end_difference, other_content, store_once


def record_session(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    started_at: datetime,
    ended_at: datetime | None = None,
    plan_id: uuid.UUID | None = None,
) -> ListeningSession:
    """A sitting. A repeat that brings the end of an open session ends it; one that comes late,
    without the end that is stored, changes nothing.

    Raises ValidationError by field, ConflictError.
    """
    session = ListeningSession(id=id, started_at=started_at, ended_at=ended_at, plan_id=plan_id)
    stored = store_once(session, arrival=arrival)
    if ended_at is not None and stored.ended_at is None:
        end_session(session=stored, ended_at=ended_at)
        arrival.note(stored)
    return stored


@transaction.atomic
def end_session(*, session: ListeningSession, ended_at: datetime) -> ListeningSession:
    """Close a session. The same end again changes nothing; another end is a ConflictError.

    Raises ValidationError for an end before the start, or at an impossible time.
    """
    if text := end_problem(session, ended_at):
        refuse({"ended_at": [text]})
    ListeningSession.objects.filter(id=session.id, ended_at=None).update(ended_at=ended_at)
    session.refresh_from_db(fields=["ended_at"])
    if differences := end_difference(session, ListeningSession(ended_at=ended_at)):
        raise other_content(differences)
    return session
