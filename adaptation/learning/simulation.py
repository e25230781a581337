"""Simulated listeners: people who do not exist, with tastes that we made up.

They let a base be trained where no real ratings may be used, and tests know the truth. They are
not evidence that anything helps anyone, and whatever is trained on them says so.

A listener hears in every track how exciting and how pleasant it is (the schema's `arousal` and
`valence` directions, with a hearing of their own), likes tracks near an ideal point of theirs
(Coombs 1964) and in a direction of their own, and rates with a personal use of the scale. Moods
drift to the middle by themselves: ordinary listening shows, on −1..1, valence after = .158 + .565
before (residual SD .24) and arousal after = .032 + .511 before (residual SD .27), a mixed-model
fit to 897 logs of 30 users of SiTunes (Grigorev et al. 2024, CHIIR). On top of that drift comes
what the music does to this listener, and, for valence, how much they liked it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.outcomes import liking_to_unit
from adaptation.learning.schema import FeatureSchema
from adaptation.learning.support import Support

VALENCE_DRIFT, AROUSAL_DRIFT = (0.158, 0.565), (0.032, 0.511)
VALENCE_NOISE, AROUSAL_NOISE = 0.24, 0.27

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Listener:
    """One simulated person's taste, on the learners' scale."""

    hearing: Array  # [2, F] how features sound to them: rows for arousal and valence
    ideal: Array  # [2] the excitement and pleasantness they like best
    leaning: Array  # [F] a liking that neither explains
    pickiness: float  # how fast liking falls away from the ideal
    generosity: float  # added to every rating, in points of 1..5
    valence_response: float
    arousal_response: float
    valence_offset: float
    arousal_offset: float


def imagine_listener(schema: FeatureSchema, generator: np.random.Generator) -> Listener:
    """A new simulated person."""
    common = np.array([schema.weights("arousal"), schema.weights("valence")])
    common /= np.maximum(np.linalg.norm(common, axis=1, keepdims=True), 1e-9)
    width = common.shape[1]
    return Listener(
        hearing=common + generator.normal(0, 0.25 / np.sqrt(width), common.shape),
        ideal=generator.normal([-0.3, 0.5], [0.8, 0.6]),
        leaning=generator.normal(0, 0.7 / np.sqrt(width), width),
        pickiness=float(generator.uniform(0.2, 0.6)),
        generosity=float(generator.normal(0.6, 0.6)),
        valence_response=float(generator.normal(0.08, 0.05)),
        arousal_response=float(generator.normal(0.18, 0.08)),
        valence_offset=float(generator.normal(0, 0.10)),
        arousal_offset=float(generator.normal(0, 0.12)),
    )


def standardised_by(schema: FeatureSchema, tracks: NDArray[Any], collection: NDArray[Any]) -> Array:
    """Tracks [N, F] in standard deviations of a collection [M, F], within ±4; in steps of the
    schema's resolution where the collection hardly differs."""
    spread = np.maximum(collection.std(0, dtype=np.float64), schema.weights("resolution"))
    centred = tracks - collection.mean(0, dtype=np.float64)
    scaled: Array = np.clip(centred / np.where(spread > 1e-9, spread, 1.0), -4, 4)
    return scaled


def rate(
    listener: Listener, track: Array, mood: Array, generator: np.random.Generator
) -> tuple[int, Array]:
    """What the listener says after a track (standardised features [F]) heard in a mood [2].

    Returns the liking 1..5 and the mood after [2], each coordinate in −1..1.
    """
    heard = listener.hearing @ track / np.sqrt(2)
    distance = float(((heard - listener.ideal) ** 2).sum())
    taste = 0.6 - listener.pickiness * distance + float(listener.leaning @ track)
    liking = int(np.clip(np.rint(3 + listener.generosity + taste + generator.normal(0, 0.6)), 1, 5))
    valence = (
        VALENCE_DRIFT[0]
        + VALENCE_DRIFT[1] * mood[0]
        + listener.valence_offset
        + listener.valence_response * heard[1]
        + 0.2 * liking_to_unit(liking)
        + generator.normal(0, VALENCE_NOISE)
    )
    arousal = (
        AROUSAL_DRIFT[0]
        + AROUSAL_DRIFT[1] * mood[1]
        + listener.arousal_offset
        + listener.arousal_response * heard[0]
        + generator.normal(0, AROUSAL_NOISE)
    )
    return liking, np.clip([valence, arousal], -1, 1)


def any_mood(generator: np.random.Generator) -> Array:
    """A mood to start from, [2] in −1..1."""
    return np.clip(generator.normal([0.0, 0.1], 0.4), -1, 1)


def simulate_history(
    schema: FeatureSchema,
    tracks: NDArray[np.float32],
    *,
    ratings: int,
    generator: np.random.Generator,
) -> Support:
    """A simulated listener's history over tracks [N, F], one mood before and after every track.

    The tracks are varied a little on the way, so that a base learns directions and not a catalogue.
    """
    listener = imagine_listener(schema, generator)
    spread = tracks.std(0)
    chosen = generator.integers(0, len(tracks), ratings)
    varied = tracks[chosen] + generator.normal(0, 0.3, (ratings, tracks.shape[1])) * spread
    moods, outcomes = [], []
    for track in standardised_by(schema, varied, tracks):
        mood = any_mood(generator)
        liking, after = rate(listener, track, mood, generator)
        moods.append(mood)
        outcomes.append([liking_to_unit(liking), *after])
    return Support(
        varied.astype(np.float32),
        np.array(moods, np.float32),
        np.array(outcomes, np.float32),
        np.ones((ratings, 3), np.float32),
    )
