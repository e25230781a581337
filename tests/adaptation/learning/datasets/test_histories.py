"""Listeners' histories as a rating set."""

from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.support import Support

COLUMNS = ("loudness", "tempo")


def history(first: int, weights: list[list[float]], tracks: tuple[str, ...] = ()) -> Support:
    """Rows whose every number tells which they are: `first`, `first` + 1, … in hundredths."""
    numbers = (first + np.arange(len(weights), dtype=np.float32))[:, None] / 100
    return Support(
        np.repeat(numbers, 2, axis=1),
        np.repeat(numbers + 0.001, 2, axis=1),
        np.repeat(numbers + 0.002, 3, axis=1),
        np.array(weights, np.float32).reshape(-1, 3),
        tracks,
    )


ALL, LIKING, SHARED = [1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.5, 0.5]


def test_every_rating_is_a_row_of_its_person_in_order() -> None:
    ratings = rating_set([history(1, [ALL, ALL]), history(11, [ALL] * 3)], COLUMNS, "two")
    assert (ratings.name, ratings.feature_names) == ("two", COLUMNS)
    assert ratings.user.tolist() == [0, 0, 1, 1, 1]
    assert len(ratings.user_keys) == 2
    hundredths = np.array([1, 2, 11, 12, 13]) / 100
    np.testing.assert_allclose(ratings.features[ratings.item], np.column_stack([hundredths] * 2))
    np.testing.assert_allclose(ratings.mood, np.column_stack([hundredths + 0.001] * 2))
    np.testing.assert_allclose(ratings.answers, np.column_stack([hundredths + 0.002] * 3))
    assert (np.diff(ratings.order) > 0).all()
    assert not ratings.auxiliary.any()
    for user in (0, 1):
        assert len(np.unique(ratings.series[ratings.user == user])) == 1


def test_the_answers_are_the_outcomes_on_the_learners_scale() -> None:
    ratings = rating_set([history(1, [ALL])], COLUMNS, "one")
    assert [(target.name, target.carries) for target in ratings.targets] == [
        ("liking", None),
        ("valence", 0),
        ("arousal", 1),
    ]
    np.testing.assert_allclose(ratings.unit, ratings.answers)


def test_what_was_not_observed_is_no_answer_and_shares_keep_their_weight() -> None:
    ratings = rating_set([history(1, [ALL, LIKING, SHARED])], COLUMNS, "one")
    assert np.isnan(ratings.answers).tolist() == [[False] * 3, [False, True, True], [False] * 3]
    assert ratings.told.tolist() == [ALL, LIKING, SHARED]
    assert ratings.answerable.all()  # a sitting's moods say themselves whether they count


def test_tracks_of_one_key_are_one_item_whoever_rated_them() -> None:
    """With the features that the first history has for it."""
    ratings = rating_set(
        [history(1, [ALL] * 3, ("b", "a", "b")), history(11, [ALL] * 2, ("c", "a"))], COLUMNS, ""
    )
    keys = [ratings.item_keys[item] for item in ratings.item]
    assert keys == ["b", "a", "b", "c", "a"]
    assert sorted(ratings.item_keys) == ["a", "b", "c"]
    features = dict(zip(ratings.item_keys, ratings.features[:, 0], strict=True))
    assert features == pytest.approx({"a": 0.02, "b": 0.01, "c": 0.11})


def test_without_keys_every_rating_is_of_a_track_of_its_own() -> None:
    """Nobody can have rated the same; a key that somebody else has is still theirs."""
    ratings = rating_set(
        [history(1, [ALL] * 2), history(11, [ALL] * 2), history(21, [ALL], ("a",))], COLUMNS, ""
    )
    assert len(set(ratings.item.tolist())) == len(ratings.item_keys) == 5
    np.testing.assert_allclose(
        ratings.features[ratings.item, 0], [0.01, 0.02, 0.11, 0.12, 0.21], rtol=1e-6
    )


def test_someone_without_ratings_is_a_person_without_rows() -> None:
    empty = replace(history(1, []), features=np.zeros((0, 2), np.float32))
    ratings = rating_set([history(1, [ALL]), empty, history(11, [ALL])], COLUMNS, "")
    assert ratings.user.tolist() == [0, 2]
    assert len(ratings.user_keys) == 3
