"""What phones report: sessions held or not, ratings, playlists, plays. A file for each."""

from therapy.sessions.models.arrivals import LastReport
from therapy.sessions.models.measures import MeasureResponse
from therapy.sessions.models.playlists import PlaylistEntry, PlaylistLog
from therapy.sessions.models.plays import TrackPlay
from therapy.sessions.models.ratings import MoodRating, MoodSkip, TrackRating
from therapy.sessions.models.refusals import ModelRefusal
from therapy.sessions.models.reports import Report
from therapy.sessions.models.sittings import ListeningSession, SessionNotHeld

__all__ = [
    "LastReport",
    "ListeningSession",
    "MeasureResponse",
    "ModelRefusal",
    "MoodRating",
    "MoodSkip",
    "PlaylistEntry",
    "PlaylistLog",
    "Report",
    "SessionNotHeld",
    "TrackPlay",
    "TrackRating",
]
