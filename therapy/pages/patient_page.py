"""What one patient's page shows."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from therapy.pages.charts.course import beyond_drift
from therapy.pages.charts.sittings import AROUSAL, VALENCE, Mood, SessionMood
from therapy.pages.overview import Moods, moods_around, moods_said
from therapy.pages.session_words import ending_in_words
from therapy.people.models import Patient
from therapy.sessions import selectors
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    TrackPlay,
    TrackRating,
)


@dataclass(frozen=True)
class MoodLine:
    """A session of the charts in numbers, and how far it ended beyond expected drift."""

    session: SessionMood
    beyond_valence: float
    beyond_arousal: float


@dataclass(frozen=True)
class PlaylistLine:
    """A track of a playlist; `liking` 1..5 where the patient rated it in that session, `play` where
    it sounded there."""

    entry: PlaylistEntry
    liking: int | None
    play: TrackPlay | None


@dataclass(frozen=True)
class PlaylistSheet:
    """A playlist as the phone made it, in playing order."""

    log: PlaylistLog
    lines: tuple[PlaylistLine, ...]


@dataclass(frozen=True)
class SessionSheet:
    """A session with the moods around it and its playlists, oldest first."""

    session: ListeningSession
    moods: Moods
    playlists: tuple[PlaylistSheet, ...]
    plays: tuple[TrackPlay, ...]

    @property
    def ending(self) -> str:
        """How it ended, in words; empty where the phone did not say."""
        return ending_in_words(self.session)

    @property
    def seconds_heard(self) -> float:
        return sum(play.seconds_heard for play in self.plays)

    @property
    def minutes(self) -> int | None:
        """Length in whole minutes, or None while the session is open."""
        if self.session.ended_at is None:
            return None
        return round((self.session.ended_at - self.session.started_at).total_seconds() / 60)


def charted_sessions(patient: Patient) -> QuerySet[ListeningSession]:
    """Sessions with a mood before and after, latest first: those that the chart can draw."""
    around = MoodRating.objects.filter(session=OuterRef("pk"))
    return (
        ListeningSession.objects.filter(patient=patient)
        .filter(Exists(around.filter(phase=MoodRating.Phase.BEFORE)))
        .filter(Exists(around.filter(phase=MoodRating.Phase.AFTER)))
        .select_related("plan")
        .order_by("-started_at", "-id")
    )


def session_moods(sessions: Iterable[ListeningSession]) -> list[SessionMood]:
    """What the chart draws for `charted_sessions`, oldest first."""
    in_time = sorted(sessions, key=lambda session: (session.started_at, session.id))
    moods = moods_said(session.id for session in in_time)
    return [_session_mood(session, moods[session.id]) for session in in_time]


def mood_lines(moods: Sequence[SessionMood]) -> list[MoodLine]:
    """What the chart draws as numbers, latest first."""
    return [
        MoodLine(one, beyond_drift(VALENCE, one), beyond_drift(AROUSAL, one))
        for one in reversed(moods)
    ]


def sessions_of(patient: Patient) -> QuerySet[ListeningSession]:
    """Sessions, latest first, with plan and playlists at hand."""
    entries = Prefetch(
        "entries", PlaylistEntry.objects.select_related("track").order_by("position")
    )
    playlists = Prefetch(
        "playlists", PlaylistLog.objects.prefetch_related(entries).order_by("made_at", "id")
    )
    return (
        ListeningSession.objects.filter(patient=patient)
        .select_related("plan")
        .prefetch_related(playlists)
        .order_by("-started_at", "-id")
    )


def session_sheets(sessions: Sequence[ListeningSession]) -> list[SessionSheet]:
    """The sheets of sessions that `sessions_of` gave."""
    ids = [session.id for session in sessions]
    moods = moods_around(ids)
    ratings = TrackRating.objects.filter(session__in=ids).order_by("rated_at", "id")
    liking = {(rating.session_id, rating.track_id): rating.liking for rating in ratings}
    plays = plays_in(ids)
    return [
        SessionSheet(
            session=session,
            moods=moods.get(session.id, Moods()),
            playlists=tuple(
                _playlist_sheet(log, liking, plays[session.id]) for log in session.playlists.all()
            ),
            plays=tuple(plays[session.id]),
        )
        for session in sessions
    ]


def plays_in(sessions: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[TrackPlay]]:
    """What sounded in each of the sessions, in order."""
    found: dict[uuid.UUID, list[TrackPlay]] = defaultdict(list)
    for play in TrackPlay.objects.filter(session__in=list(sessions)).order_by("position", "id"):
        assert play.session_id is not None
        found[play.session_id].append(play)
    return found


def track_ratings_of(patient: Patient) -> QuerySet[TrackRating]:
    """Track ratings, latest first, with the track at hand, and whether a later one counts."""
    ratings = selectors.track_ratings_of(patient).annotate(was_changed=selectors.was_changed())
    return ratings.order_by("-rated_at", "-id")


def _session_mood(session: ListeningSession, moods: Moods) -> SessionMood:
    assert moods.before is not None  # charted_sessions asked for both
    assert moods.after is not None
    plan = session.plan
    return SessionMood(
        started_at=session.started_at,
        before=Mood(moods.before.valence, moods.before.arousal),
        after=Mood(moods.after.valence, moods.after.arousal),
        target=Mood(plan.target_valence, plan.target_arousal) if plan is not None else None,
        plan=plan.version if plan is not None else None,
    )


def _playlist_sheet(
    log: PlaylistLog,
    liking: dict[tuple[uuid.UUID | None, uuid.UUID], int],
    plays: Iterable[TrackPlay],
) -> PlaylistSheet:
    played = {play.track_id: play for play in plays}
    lines = tuple(
        PlaylistLine(
            entry, liking.get((log.session_id, entry.track_id)), played.get(entry.track_id)
        )
        for entry in log.entries.all()
    )
    return PlaylistSheet(log, lines)
