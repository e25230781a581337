"""Tables of what phones report: sessions held and not held, moods, ratings, plays, playlists."""

from typing import Any

from django.db.models import Q, QuerySet

from therapy.catalogue.models import Track
from therapy.interchange.tables.columns import (
    Column,
    Kind,
    Table,
    about,
    affect,
    identifier,
    instant,
    session_column,
    track_column,
)
from therapy.interchange.tables.selection import Selection
from therapy.plans.models import MOST_TRACKS
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    MoodSkip,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)
from therapy.sessions.models.plays import LONGEST_PLAY, MOST_PLAYS

RECEIVED = instant("received_at", "When the server got it.")
_PLAN = Column(
    name="plan",
    kind=Kind.ID,
    meaning="The version of the plan that it was made under; missing: none.",
    source="plan_id",
    optional=True,
    refers_to="session_plans",
)

SESSIONS = Table(
    name="sessions",
    meaning="Listening sessions that began, by their start.",
    model=ListeningSession,
    at="started_at",
    columns=(
        identifier("The session."),
        *about(),
        _PLAN,
        instant("started_at", "By our clock, as far as we can tell, like all times of phones."),
        instant("ended_at", "Missing: no end was received.", optional=True),
        Column(
            name="ending",
            kind=Kind.WORD,
            meaning="How it ended; missing: the phone did not say.",
            source="ending",
            words=tuple(ListeningSession.Ending.values),
            optional=True,
        ),
        Column(
            name="stop_reason",
            kind=Kind.WORD,
            meaning="Why it was stopped; missing: it was not, or nothing was said.",
            source="stop_reason",
            words=tuple(ListeningSession.StopReason.values),
            optional=True,
        ),
        RECEIVED,
    ),
)

NOT_HELD = Table(
    name="sessions_not_held",
    meaning="Sessions that a phone offered and that did not begin, by the offer. A missed session "
    "that was never offered is in no table.",
    model=SessionNotHeld,
    at="offered_at",
    columns=(
        identifier("The offer."),
        *about(),
        _PLAN,
        Column(
            name="outcome",
            kind=Kind.WORD,
            meaning="Skipped: the patient said no; expired: nothing was said in time.",
            source="outcome",
            words=tuple(SessionNotHeld.Outcome.values),
        ),
        Column(
            name="skip_reason",
            kind=Kind.WORD,
            meaning="Why it was skipped; missing: it was not, or nothing was said.",
            source="skip_reason",
            words=tuple(SessionNotHeld.SkipReason.values),
            optional=True,
        ),
        instant("offered_at", "When the phone offered it."),
        instant("decided_at", "When the patient said no, or the time ran out."),
        RECEIVED,
    ),
)

PHASE = Column(
    name="phase",
    kind=Kind.WORD,
    meaning="Before, during or after listening.",
    source="phase",
    words=tuple(MoodRating.Phase.values),
)

MOOD_RATINGS = Table(
    name="mood_ratings",
    meaning="What patients said of their mood on the Affective Slider.",
    model=MoodRating,
    at="rated_at",
    session="session",
    columns=(
        identifier("The rating."),
        *about(),
        session_column(),
        PHASE,
        affect("valence", "Unpleasant (-1) to pleasant (1)."),
        affect("arousal", "Calm (-1) to excited (1)."),
        instant("rated_at", "When it was rated."),
        RECEIVED,
    ),
)

MOOD_SKIPS = Table(
    name="mood_skips",
    meaning="Moods that patients were asked for and chose not to say. A phone may say so twice of "
    "one phase; where there is a rating too, the mood was said.",
    model=MoodSkip,
    at="skipped_at",
    session="session",
    columns=(
        identifier("The skip."),
        *about(),
        session_column(),
        PHASE,
        instant("skipped_at", "When the patient chose not to say it."),
        RECEIVED,
    ),
)

TRACK_RATINGS = Table(
    name="track_ratings",
    meaning="What patients said of a track that they had just heard.",
    model=TrackRating,
    at="rated_at",
    session="session",
    columns=(
        identifier("The rating."),
        *about(),
        session_column(),
        track_column(),
        Column(
            name="liking",
            kind=Kind.INTEGER,
            meaning="Not at all (1) to very much (5).",
            source="liking",
            lowest=1,
            highest=5,
        ),
        Column(
            name="familiarity",
            kind=Kind.INTEGER,
            meaning="Never heard (1) to know it well (5); missing: not asked.",
            source="familiarity",
            lowest=1,
            highest=5,
            optional=True,
        ),
        instant("rated_at", "When it was rated."),
        RECEIVED,
    ),
)

TRACK_PLAYS = Table(
    name="track_plays",
    meaning="Tracks as they were heard.",
    model=TrackPlay,
    at="started_at",
    session="session",
    columns=(
        identifier("The play."),
        *about(),
        session_column(),
        track_column(),
        Column(
            name="position",
            kind=Kind.INTEGER,
            meaning="Of this play in the session, from 0.",
            source="position",
            lowest=0,
            highest=MOST_PLAYS - 1,
        ),
        instant("started_at", "When it began."),
        Column(
            name="seconds_heard",
            kind=Kind.NUMBER,
            meaning="Without the pauses.",
            source="seconds_heard",
            unit="s",
            lowest=0,
            highest=LONGEST_PLAY,
        ),
        Column(
            name="ending",
            kind=Kind.WORD,
            meaning="To its end, to the next one, or because the session was stopped.",
            source="ending",
            words=tuple(TrackPlay.Ending.values),
        ),
        RECEIVED,
    ),
)

PLAYLISTS = Table(
    name="playlists",
    meaning="Playlists as phones made them.",
    model=PlaylistLog,
    at="made_at",
    session="session",
    columns=(
        identifier("The playlist."),
        *about(),
        session_column(),
        instant("made_at", "When the phone made it."),
        Column(
            name="model_version",
            kind=Kind.INTEGER,
            meaning="Version of the patient's model.",
            source="model_version",
            lowest=0,
        ),
        Column(
            name="package_sha256",
            kind=Kind.TEXT,
            meaning="SHA-256 of the package that the phone had.",
            source="package_sha256",
        ),
        Column(
            name="seed",
            kind=Kind.INTEGER,
            meaning="Of the noise that the choice was drawn with: 64 bits.",
            source="seed",
        ),
        affect("mood_valence", "Mood that it started from."),
        affect("mood_arousal", "Mood that it started from."),
        affect("target_valence", "Where the path was to arrive."),
        affect("target_arousal", "Where the path was to arrive."),
        Column(
            name="chosen_first",
            kind=Kind.BOOLEAN,
            meaning="The patient chose the first track, among equivalent ones; its probability is "
            "the one that the draw would have given it.",
            source="chosen_first",
        ),
        RECEIVED,
    ),
)


def _deviation(axis: str) -> Column:
    return Column(
        name=f"deviation_{axis}",
        kind=Kind.NUMBER,
        meaning="Standard deviation of the prediction.",
        source=f"deviation_{axis}",
        lowest=0,
        highest=10,
    )


PLAYLIST_ENTRIES = Table(
    name="playlist_entries",
    meaning="The tracks of the playlists, with what the path wanted and the model expected.",
    model=PlaylistEntry,
    key=("playlist", "position"),
    patient="playlist__patient",
    at="playlist__made_at",
    session="playlist__session",
    columns=(
        Column(
            name="playlist",
            kind=Kind.ID,
            meaning="The playlist.",
            source="playlist_id",
            refers_to="playlists",
        ),
        *about("playlist__patient"),
        Column(
            name="position",
            kind=Kind.INTEGER,
            meaning="In playing order, from 0.",
            source="position",
            lowest=0,
            highest=MOST_TRACKS - 1,
        ),
        track_column(),
        affect("waypoint_valence", "Where the path wanted to be."),
        affect("waypoint_arousal", "Where the path wanted to be."),
        affect("predicted_valence", "What the model expected after the track."),
        affect("predicted_arousal", "What the model expected after the track."),
        _deviation("valence"),
        _deviation("arousal"),
        Column(
            name="log_probability",
            kind=Kind.NUMBER,
            meaning="Natural logarithm of the probability of this choice.",
            source="log_probability",
            lowest=-1e6,
            highest=0,
        ),
    ),
)


def _tracks(selection: Selection) -> QuerySet[Any]:
    """Those that a row of another table names."""
    named = Q()
    for table in (TRACK_RATINGS, TRACK_PLAYS, PLAYLIST_ENTRIES):
        named |= Q(id__in=table.found(selection).order_by().values("track"))
    return Track.objects.filter(named).order_by("id")


TRACKS = Table(
    name="tracks",
    meaning="The music that the other tables name. The audio belongs to whoever licensed it.",
    model=Track,
    patient="",
    find=_tracks,
    columns=(
        identifier("The track: the same in every export, for it is nobody's secret."),
        Column(
            name="catalogue",
            kind=Kind.TEXT,
            meaning="The catalogue that it is from.",
            source="catalogue__slug",
        ),
        Column(
            name="external_id",
            kind=Kind.TEXT,
            meaning="Its name in the catalogue's source.",
            source="external_id",
        ),
        Column(name="title", kind=Kind.TEXT, meaning="Its title.", source="title"),
        Column(
            name="artist",
            kind=Kind.TEXT,
            meaning="Who plays it; missing: not known.",
            source="artist",
            optional=True,
        ),
        Column(
            name="duration_seconds",
            kind=Kind.NUMBER,
            meaning="Its length.",
            source="duration_seconds",
            unit="s",
            lowest=0.01,
            highest=24 * 3600,
            optional=True,
        ),
        Column(
            name="lyrics",
            kind=Kind.WORD,
            meaning="Whether there are sung words.",
            source="lyrics",
            words=tuple(Track.Lyrics.values),
        ),
    ),
)
