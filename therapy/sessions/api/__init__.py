"""What the phone API offers to report what happened."""

from therapy.sessions.api.sync import Sync
from therapy.sessions.api.views import (
    MoodRatings,
    PlaylistLogs,
    Sessions,
    SessionsNotHeld,
    TrackPlays,
    TrackRatings,
)

__all__ = [
    "MoodRatings",
    "PlaylistLogs",
    "Sessions",
    "SessionsNotHeld",
    "Sync",
    "TrackPlays",
    "TrackRatings",
]
