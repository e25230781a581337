"""What the published protocols let a method read of a row, as labels and as numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.situnes_splits import (
    ACTIVITY_TYPES,
    SITUATION,
    Part,
    Split,
    Splits,
)
from adaptation.learning.ratings import Floats, Whole

CLIP = 4.0  # standard deviations; what is further out is treated as being there
MOOD_SCALE = 2.5  # moods are mostly within ±.4

KEY = ("key_fifths_cos", "key_fifths_sin")
STREAMING = (
    *("loudness", "danceability", "energy", "speechiness", "acousticness"),
    *("instrumentalness", "musical_valence", "tempo"),
)
SIGNAL = tuple(
    name for name in situnes.SCHEMA.columns if name not in {"popularity", *STREAMING, *KEY}
)

WITHOUT, PUBLISHED, CLEAN, WALKING = "without", "published", "clean", "walking"
SITUATIONS: dict[str, tuple[str, ...]] = {
    WITHOUT: (),
    PUBLISHED: SITUATION,
    CLEAN: tuple(name for name in SITUATION if name not in ACTIVITY_TYPES),
    WALKING: ("walking",),
}
"""The columns of the situation that each variant of a protocol lets a method read."""


def standardised(values: Floats, like: Floats) -> Floats:
    """Values [N, D] in standard deviations of the rows of `like`; what is constant there is 0."""
    centre, spread = like.mean(axis=0), like.std(axis=0)
    varies = spread > 1e-9
    scaled = np.where(varies, (values - centre) / np.where(varies, spread, 1.0), 0.0)
    return np.asarray(scaled, np.float64)


def situation_of(part: Part, split: Split, situation: str) -> Floats:
    """[N, D], in standard deviations of the training rows."""
    names = SITUATIONS[situation]
    chosen = [SITUATION.index(name) for name in names]
    return standardised(part.situation[:, chosen], split.train.situation[:, chosen])


def categories_of(splits: Splits, part: Part) -> list[Whole]:
    """What the published rows without situation read: listener, track, and the track's popularity,
    key, genre and duration, each as a category [N]."""
    of_track = [np.arange(len(splits.tracks)), *_kinds_of_track(splits)]
    return [part.listener, *(values[part.track] for values in of_track)]


def _kinds_of_track(splits: Splits) -> list[NDArray[Any]]:
    """Popularity, key, genre and duration [I]."""
    tracks = splits.tracks
    return [
        np.array([track.values["popularity"] for track in tracks]),
        _labels([tuple(round(track.values[name], 6) for name in KEY) for track in tracks]),
        _labels([track.genre for track in tracks]),
        np.array([track.duration_seconds for track in tracks]),
    ]


def tracks_as_published(splits: Splits, split: Split) -> Floats:
    """What the published classifiers read of each track [I, D]: numbers in standard deviations of
    the split's tracks, popularity, key, genre and duration as categories among those."""
    used = np.unique(
        np.concatenate([each.track for each in (split.train, split.valid, split.test)])
    )
    numbers = splits.features[:, _places((*STREAMING, *SIGNAL))]
    kinds = [values[:, None] == np.unique(values[used]) for values in _kinds_of_track(splits)]
    return np.column_stack([standardised(numbers, numbers[used]), *kinds]).astype(float)


def one_hot(splits: Splits, split: Split, part: Part) -> Floats:
    """Categories [N, D] among those of the training rows; one that is new there is all 0."""
    known = categories_of(splits, split.train)
    asked = categories_of(splits, part)
    return np.column_stack(
        [values[:, None] == np.unique(kinds) for values, kinds in zip(asked, known, strict=True)]
    ).astype(float)


def crossed(splits: Splits, split: Split, part: Part, situation: str) -> dict[str, NDArray[Any]]:
    """What the Gaussian processes read: labels [N] and numbers [N, D]."""
    content = np.clip(standardised(splits.features, splits.features), -CLIP, CLIP)[part.track]
    genre = _labels([track.genre for track in splits.tracks])
    columns: dict[str, NDArray[Any]] = {
        "person": part.listener,
        "item": part.track,
        "genre": genre[part.track],
        "content": content,
        "popularity": content[:, _places(("popularity",))],
        "streaming": content[:, _places(STREAMING)],
        "signal": content[:, _places(SIGNAL)],
    }
    if SITUATIONS[situation]:
        columns["situation"] = np.clip(situation_of(part, split, situation), -CLIP, CLIP)
    return columns


def moods_of(part: Part) -> dict[str, NDArray[Any]]:
    """The mood before, and its squares and product; scaled by √D, for terms are means over D."""
    valence, arousal = part.before.T
    return {
        "mood": np.column_stack([valence, arousal]) * MOOD_SCALE * np.sqrt(2),
        "curved": np.column_stack([valence**2, valence * arousal, arousal**2])
        * MOOD_SCALE
        * np.sqrt(3),
    }


def _places(names: tuple[str, ...]) -> list[int]:
    return [situnes.SCHEMA.columns.index(name) for name in names]


def _labels(values: list[Any]) -> Whole:
    known = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return np.array([known[value] for value in values], np.int64)
