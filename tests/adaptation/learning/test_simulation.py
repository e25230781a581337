"""Simulated listeners: made up, but within the ranges of people, and drifting as people do."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.learning.simulation import (
    AROUSAL_DRIFT,
    AROUSAL_NOISE,
    VALENCE_DRIFT,
    VALENCE_NOISE,
    Listener,
    any_mood,
    imagine_listener,
    rate,
    simulate_history,
    standardised_by,
)
from tests.trained import SCHEMA, some_listeners, some_tracks

WIDTH = len(SCHEMA.columns)

# Grigorev et al. 2024, a mixed-model fit to stage 2: intercept, slope, residual SD.
CITED = {"valence": (0.158, 0.565, 0.24), "arousal": (0.032, 0.511, 0.27)}


def unmoved() -> Listener:
    """Someone whom music does nothing to, and who finds every track middling."""
    return Listener(
        hearing=np.zeros((2, WIDTH)),
        ideal=np.zeros(2),
        leaning=np.zeros(WIDTH),
        pickiness=0.0,
        generosity=-0.6,  # takes away the 0.6 that everyone starts from: a liking of 3
        valence_response=0.0,
        arousal_response=0.0,
        valence_offset=0.0,
        arousal_offset=0.0,
    )


def many_sittings(
    listener: Listener, *, count: int, spread: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Moods before [n, 2], moods after [n, 2] and likings [n], by moods around the middle."""
    generator = np.random.default_rng(4)
    before = generator.normal(0, spread, (count, 2))
    said = [rate(listener, np.zeros(WIDTH), mood, generator) for mood in before]
    return before, np.array([after for _, after in said]), np.array([liking for liking, _ in said])


def test_the_constants_are_the_cited_ones() -> None:
    assert (*VALENCE_DRIFT, VALENCE_NOISE) == CITED["valence"]
    assert (*AROUSAL_DRIFT, AROUSAL_NOISE) == CITED["arousal"]


def test_without_an_effect_of_music_moods_drift_as_in_ordinary_listening() -> None:
    before, after, likings = many_sittings(unmoved(), count=20_000, spread=0.3)
    for axis, name in enumerate(CITED):
        # The liking is rated with an error of its own, whose share of valence is known: .2 each.
        changed = after[:, axis] - (0.2 * (likings - 3) / 2 if name == "valence" else 0.0)
        columns = np.column_stack([np.ones(len(before)), before[:, axis]])
        fit = np.linalg.lstsq(columns, changed, rcond=None)[0]
        intercept, slope, residual = CITED[name]
        assert fit[0] == pytest.approx(intercept, abs=0.02)
        assert fit[1] == pytest.approx(slope, abs=0.05)
        assert np.std(changed - columns @ fit) == pytest.approx(residual, rel=0.1)


def test_what_is_liked_lifts_the_mood_and_what_excites_arouses() -> None:
    generator = np.random.default_rng(1)
    listener = replace(unmoved(), hearing=np.eye(2, WIDTH), arousal_response=0.3)
    exciting, dull = np.zeros(WIDTH), np.zeros(WIDTH)
    exciting[0], dull[0] = 2.0, -2.0

    def mean_arousal(track: NDArray[np.float64]) -> float:
        said = [rate(listener, track, np.zeros(2), generator)[1] for _ in range(300)]
        return float(np.mean(said, axis=0)[1])

    assert mean_arousal(exciting) > mean_arousal(dull) + 0.3
    _, after, likings = many_sittings(unmoved(), count=5000, spread=0.0)
    assert after[likings >= 4, 0].mean() > after[likings <= 2, 0].mean() + 0.1


def test_likings_are_one_to_five_and_moods_within_the_scale() -> None:
    generator = np.random.default_rng(2)
    likings, moods = set(), []
    for _ in range(300):
        listener = imagine_listener(SCHEMA, generator)
        track = 4 * generator.choice([-1.0, 1.0], WIDTH)
        liking, after = rate(listener, track, generator.choice([-1.0, 1.0], 2), generator)
        likings.add(liking)
        moods.append(after)
    assert likings == {1, 2, 3, 4, 5}
    assert np.abs(moods).max() <= 1.0
    assert np.abs([any_mood(generator) for _ in range(2000)]).max() <= 1.0


def test_a_history_has_a_mood_before_and_after_every_track() -> None:
    (history,) = some_listeners(1, ratings=25)
    assert history.features.shape == (25, WIDTH)
    assert (history.weight == 1).all()
    assert np.abs(history.mood).max() <= 1
    assert np.abs(history.outcome).max() <= 1
    assert set(np.unique(history.outcome[:, 0])) <= {-1.0, -0.5, 0.0, 0.5, 1.0}


def test_the_same_generator_imagines_the_same_listener_and_another_another() -> None:
    def of(seed: int) -> NDArray[np.float32]:
        generator = np.random.default_rng(seed)
        tracks = some_tracks(20, seed=0)
        return simulate_history(SCHEMA, tracks, ratings=10, generator=generator).outcome

    assert np.array_equal(of(1), of(1))
    assert not np.array_equal(of(1), of(2))


def test_listeners_differ_in_what_they_like() -> None:
    """The same tracks, each listener's mean rating of each: they disagree beyond their noise."""
    generator = np.random.default_rng(5)
    tracks = standardised_by(SCHEMA, some_tracks(12, seed=3), some_tracks(60, seed=0))
    means = np.array(
        [
            [
                np.mean([rate(listener, track, np.zeros(2), generator)[0] for _ in range(12)])
                for track in tracks
            ]
            for listener in (imagine_listener(SCHEMA, generator) for _ in range(15))
        ]
    )
    preferences = means - means.mean(1, keepdims=True)
    assert preferences.std(0).mean() > 0.3  # the noise of a mean of twelve ratings is below 0.2


def test_tracks_are_seen_in_standard_deviations_of_the_collection() -> None:
    collection = some_tracks(60, seed=0)
    seen = standardised_by(SCHEMA, collection, collection)
    np.testing.assert_allclose(seen.mean(0), 0.0, atol=0.05)
    assert ((seen.std(0) > 0.9) & (seen.std(0) <= 1.0001)).all()
    far = standardised_by(SCHEMA, collection + 1e6, collection)
    assert (far == 4.0).all()


def test_a_difference_that_nobody_hears_is_not_made_large() -> None:
    level = FeatureSchema("level", 1, (Feature("loudness", "LUFS", "", resolution=1.0),))
    collection = np.array([[-23.1], [-23.0], [-22.9]])
    seen = standardised_by(level, collection, collection)
    np.testing.assert_allclose(seen[:, 0], [-0.1, 0.0, 0.1], atol=1e-9)
    same = standardised_by(
        FeatureSchema("flat", 1, (Feature("x", "", ""),)), np.ones((3, 1)), np.ones((3, 1))
    )
    assert (same == 0).all()
