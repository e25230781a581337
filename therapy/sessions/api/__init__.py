"""What the phone API offers to report what happened."""

from therapy.sessions.api.measures import Measures
from therapy.sessions.api.sync import Sync
from therapy.sessions.api.views import (
    MeasureResponses,
    ModelRefusals,
    MoodRatings,
    MoodSkips,
    PlaylistLogs,
    Sessions,
    SessionsNotHeld,
    TrackPlays,
    TrackRatings,
)

__all__ = [
    "MeasureResponses",
    "Measures",
    "ModelRefusals",
    "MoodRatings",
    "MoodSkips",
    "PlaylistLogs",
    "Sessions",
    "SessionsNotHeld",
    "Sync",
    "TrackPlays",
    "TrackRatings",
]
