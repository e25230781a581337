"""Rating sets of different origin on common ground: the features and answers that they share.

Features are matched by name, answers by what they mean, and every answer lies on −1..1. Alike is
not the same: a favourite that is marked is not a liking of five degrees, and the valence that music
is heard to express is not the one that is felt after it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from adaptation.learning.datasets.histories import TARGETS as FELT
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.datasets.keys import on_circle_of_fifths
from adaptation.learning.datasets.situnes import SCHEMA as SITUNES
from adaptation.learning.ratings import Floats, RatingSet, Target
from adaptation.learning.schema import FeatureSchema
from adaptation.learning.simulation import simulate_history

SHARED: Final = (
    *("loudness", "danceability", "energy", "speechiness", "acousticness", "instrumentalness"),
    *("musical_valence", "tempo", "key_fifths_cos", "key_fifths_sin"),
)
SCHEMA = FeatureSchema("shared", 1, tuple(f for f in SITUNES.features if f.name in SHARED))
"""Features that streaming services publish; with the directions for simulated listeners."""

ALIASES: Final = {"musical_valence": "valence"}
MEANINGS: Final = {"liking": ("liking", "fav", "rating"), "valence": (), "arousal": ()}
"""Each answer with the names that it goes by beside its own."""
KEY = "key"  # 0 C, 1 C sharp … 11 B
RATINGS_EACH = 30


def features_of(data: RatingSet) -> set[str]:
    """Which of the SHARED features the set describes its items by."""
    features = _shared_features(data)
    return {name for at, name in enumerate(SHARED) if np.isfinite(features[:, at]).any()}


def answers_of(data: RatingSet) -> set[str]:
    """Which answers of MEANINGS the set has."""
    return {meaning for meaning in MEANINGS if _place(data, meaning) is not None}


def on_common_ground(data: RatingSet, answers: Sequence[str]) -> RatingSet:
    """The set with the SHARED features, NaN where it has none of the name, and these answers, each
    on −1..1. Nobody is in a group. Raises ValueError for an answer that the set lacks."""
    places = [_found(data, meaning) for meaning in answers]
    return replace(
        data,
        targets=tuple(
            Target(meaning, -1.0, 1.0, data.targets[place].carries)
            for meaning, place in zip(answers, places, strict=True)
        ),
        answers=data.unit[:, places],
        weight=None if data.weight is None else data.weight[:, places],
        feature_names=SHARED,
        features=_shared_features(data),
        groups={},
    )


def filled(data: RatingSet, training: RatingSet) -> RatingSet:
    """The set with the mean of the training rows (0 where they have none either) for every missing
    feature: a learner that was fitted there then makes nothing of it."""
    rows = training.features[training.item]
    told = np.isfinite(rows)
    mean = np.where(told, rows, 0.0).sum(0) / np.maximum(told.sum(0), 1)
    return replace(data, features=np.where(np.isfinite(data.features), data.features, mean))


def without_mood(data: RatingSet) -> RatingSet:
    """The set as if nobody had been asked for the mood before, and so no answer were one that a
    mood persists into."""
    return replace(
        data,
        targets=tuple(replace(target, carries=None) for target in data.targets),
        mood=np.full_like(data.mood, np.nan),
    )


def by_content_alone(data: RatingSet) -> RatingSet:
    """The set in which every row is about an item of its own: what another set's items are called
    says nothing."""
    return replace(
        data,
        features=data.features[data.item],
        item_keys=tuple(f"{data.name}/{row}" for row in range(len(data))),
        item=np.arange(len(data)),
    )


def asks_for_moods(data: RatingSet) -> bool:
    """Whether some rows say the mood before, and some answers are moods that it persists into."""
    carried = any(target.carries is not None for target in data.targets)
    return carried and bool(np.isfinite(data.mood).all(axis=1).any())


def simulated_on(
    data: RatingSet, answers: Sequence[str], *, listeners: int, seed: int
) -> RatingSet:
    """People who do not exist, listening to the items of a set on common ground; what its people
    said is not looked at."""
    generator = np.random.default_rng(seed)
    tracks = filled(data, data).features.astype(np.float32)
    histories = [
        simulate_history(SCHEMA, tracks, ratings=RATINGS_EACH, generator=generator)
        for _ in range(listeners)
    ]
    made_up = rating_set(histories, SHARED, "simulated listeners")
    order = [target.name for target in FELT]
    places = [order.index(meaning) for meaning in answers]
    return replace(
        made_up,
        targets=tuple(FELT[place] for place in places),
        answers=made_up.answers[:, places],
        weight=None if made_up.weight is None else made_up.weight[:, places],
    )


def _shared_features(data: RatingSet) -> Floats:
    """[I, F]"""
    columns = dict(zip(data.feature_names, data.features.T, strict=True))
    if KEY in columns:
        columns["key_fifths_cos"], columns["key_fifths_sin"] = np.array(
            [on_circle_of_fifths(key) for key in columns[KEY]]
        ).T
    missing = np.full(len(data.features), np.nan)
    found = [columns.get(name, columns.get(ALIASES.get(name, ""), missing)) for name in SHARED]
    return np.column_stack(found)


def _place(data: RatingSet, meaning: str) -> int | None:
    names = (meaning, *MEANINGS[meaning])
    return next((at for at, target in enumerate(data.targets) if target.name in names), None)


def _found(data: RatingSet, meaning: str) -> int:
    place = _place(data, meaning)
    if place is None:
        raise ValueError(f"{data.name} has no answers that say {meaning}.")
    return place
