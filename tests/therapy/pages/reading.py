"""Ways to read what a page says, and what there is to show on it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from tests.factories import (
    ListeningSessionFactory,
    MoodRatingFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    TrackRatingFactory,
)
from therapy.models import ListeningSession, Patient

FIRST_DAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def words(response: Any) -> str:
    """The text of a page's main part, tags dropped and spaces squeezed."""
    html = response.content.decode()
    main = re.search(r"<main.*?</main>", html, re.S)
    assert main is not None, html
    return _squeezed(main[0])


def rows(response: Any) -> list[str]:
    """The text of every table row, the headers' too."""
    return [_squeezed(row) for row in re.findall(r"<tr.*?</tr>", response.content.decode(), re.S)]


def _squeezed(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def add_session(
    patient: Patient,
    *,
    day: int = 0,
    before: tuple[float, float] | None = (-0.4, 0.6),
    after: tuple[float, float] | None = (0.1, -0.2),
    **fields: Any,
) -> ListeningSession:
    """A sitting of 18 minutes on a day after the first, with the moods around it."""
    start = FIRST_DAY + timedelta(days=day)
    end = start + timedelta(minutes=18)
    session: ListeningSession = ListeningSessionFactory(
        patient=patient, started_at=start, ended_at=end, **fields
    )
    for phase, mood, at in (("before", before, start), ("after", after, end)):
        if mood is not None:
            MoodRatingFactory(
                patient=patient,
                session=session,
                phase=phase,
                valence=mood[0],
                arousal=mood[1],
                rated_at=at,
            )
    return session


def add_playlist(session: ListeningSession, tracks: Any, **fields: Any) -> None:
    """A playlist of `tracks` in the session, and a rating of its first."""
    log = PlaylistLogFactory(
        patient=session.patient, session=session, made_at=session.started_at, **fields
    )
    for position, track in enumerate(tracks):
        PlaylistEntryFactory(playlist=log, position=position, track=track)
    TrackRatingFactory(
        patient=session.patient,
        session=session,
        track=tracks[0],
        liking=5,
        rated_at=session.started_at,
    )
