"""What phones report: sessions, ratings, playlists. A file for each thing that is reported."""

from therapy.sessions.models.playlists import PlaylistEntry, PlaylistLog
from therapy.sessions.models.ratings import MoodRating, TrackRating
from therapy.sessions.models.reports import Report
from therapy.sessions.models.sittings import ListeningSession

__all__ = [
    "ListeningSession",
    "MoodRating",
    "PlaylistEntry",
    "PlaylistLog",
    "Report",
    "TrackRating",
]
