"""SiTunes as a set of ratings: how a track was liked, and the mood after it."""

import math
from collections.abc import Sequence

import numpy as np

from adaptation.learning.datasets.situnes import SCHEMA, Log, SiTunes, SiTunesTrack, features_of
from adaptation.learning.ratings import Floats, RatingSet, Target

TARGETS = (
    Target("liking", 1.0, 5.0, liked_from=4.0),
    Target("valence", -1.0, 1.0, carries=0),
    Target("arousal", -1.0, 1.0, carries=1),
)
LAB = 1  # the stage in which no mood before was asked
LICENCE = "none stated; for research"


def rating_set(data: SiTunes) -> RatingSet:
    """Every log as a row. A series is a stage; the lab stage is auxiliary. Order is time, then the
    number of the log. Items have the schema's features, and 1 for their genre."""
    item_keys = tuple(sorted(data.tracks, key=int))
    user_keys = tuple(data.listeners)
    genres = sorted({track.genre for track in data.tracks.values()})
    item = {key: place for place, key in enumerate(item_keys)}
    user = {key: place for place, key in enumerate(user_keys)}
    return RatingSet(
        name="SiTunes",
        licence=LICENCE,
        targets=TARGETS,
        feature_names=(*SCHEMA.columns, *(f"genre: {genre}" for genre in genres)),
        features=np.array([_content(data.tracks[key], genres) for key in item_keys]),
        item_keys=item_keys,
        user_keys=user_keys,
        user=np.array([user[log.listener] for log in data.logs]),
        item=np.array([item[log.item] for log in data.logs]),
        answers=np.array([(log.rating, *log.after) for log in data.logs], float),
        mood=np.array([_mood_before(log) for log in data.logs]),
        order=np.arange(len(data.logs), dtype=float),  # the reader sorts
        series=np.array([log.stage for log in data.logs]),
        auxiliary=np.array([log.stage == LAB for log in data.logs]),
    )


def _content(track: SiTunesTrack, genres: Sequence[str]) -> Floats:
    """[F] features of a track."""
    return np.array([*features_of(track), *(track.genre == genre for genre in genres)], float)


def _mood_before(log: Log) -> tuple[float, float]:
    return (math.nan, math.nan) if log.before is None else log.before
