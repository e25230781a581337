"""Sets of different origin on common ground: what is matched, what is missing, what is hidden."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.datasets import common, folders
from adaptation.learning.ratings import RatingSet, Target
from tests.needs import data_folder

LIKING = Target("liking", 1.0, 5.0, liked_from=4.0)
FAVOURITE = Target("fav", 0.0, 1.0, liked_from=1.0)
VALENCE = Target("valence", -1.0, 1.0, carries=0)


def some_set(
    targets: Sequence[Target] = (LIKING, VALENCE),
    names: Sequence[str] = ("loudness", "tempo"),
    *,
    moods: bool = True,
) -> RatingSet:
    """Two people, three items, four rows; feature f of item i is 10 f + i."""
    answers = np.array([[target.low + 0.5 * (target.high - target.low) for target in targets]])
    return RatingSet(
        name="small",
        licence="made up",
        targets=tuple(targets),
        feature_names=tuple(names),
        features=10.0 * np.arange(len(names)) + np.arange(3.0)[:, None],
        item_keys=("a", "b", "c"),
        user_keys=("x", "y"),
        user=np.array([0, 0, 1, 1]),
        item=np.array([0, 1, 0, 2]),
        answers=np.repeat(answers, 4, axis=0),
        mood=np.full((4, 2), 0.3 if moods else np.nan),
        order=np.arange(4.0),
        series=np.zeros(4, np.int64),
        auxiliary=np.zeros(4, bool),
        groups={"half": ["first", "second"]},
    )


def column(data: RatingSet, name: str) -> list[float]:
    return list(data.features[:, data.feature_names.index(name)])


def test_features_are_matched_by_name_and_others_are_missing() -> None:
    ground = common.on_common_ground(some_set(names=("liveness", "tempo", "valence")), ["liking"])
    assert ground.feature_names == common.SHARED
    assert column(ground, "tempo") == [10, 11, 12]
    assert column(ground, "musical_valence") == [20, 21, 22]  # its other name
    assert np.isnan(column(ground, "loudness")).all()


def test_a_key_is_put_on_the_circle_of_fifths() -> None:
    ground = common.on_common_ground(some_set(names=("key",)), ["liking"])  # C, C sharp, D
    np.testing.assert_allclose(column(ground, "key_fifths_cos")[0], 1)
    np.testing.assert_allclose(column(ground, "key_fifths_sin")[1], -0.5)


def test_answers_are_matched_by_meaning_and_lie_on_one_scale() -> None:
    likings, favourites = some_set([VALENCE, LIKING]), some_set([FAVOURITE], moods=False)
    likings.answers[:, 1] = [1, 2, 3, 5]
    favourites.answers[:, 0] = [0, 1, 1, 0]
    assert common.answers_of(likings) == {"liking", "valence"}
    assert common.answers_of(favourites) == {"liking"}
    ground = common.on_common_ground(likings, ["liking", "valence"])
    assert ground.answers[:, 0].tolist() == [-1, -0.5, 0, 1]
    assert [(t.name, t.low, t.high, t.carries) for t in ground.targets] == [
        ("liking", -1, 1, None),
        ("valence", -1, 1, 0),
    ]
    assert common.on_common_ground(favourites, ["liking"]).answers[:, 0].tolist() == [-1, 1, 1, -1]
    with pytest.raises(ValueError, match="no answers that say arousal"):
        common.on_common_ground(likings, ["arousal"])


def test_how_much_an_answer_counts_goes_with_it() -> None:
    weight = np.array([[1.0, 0.5]] * 4)
    ground = common.on_common_ground(replace(some_set(), weight=weight), ["valence"])
    assert ground.weight is not None
    assert ground.weight.tolist() == [[0.5]] * 4


def test_what_is_missing_is_filled_with_the_mean_of_the_training_rows() -> None:
    training = common.on_common_ground(some_set(names=("tempo", "energy")), ["liking"])
    bare = common.on_common_ground(some_set(names=("tempo",)), ["liking"])
    bare.features[0, common.SHARED.index("tempo")] = np.nan
    filled = common.filled(bare, training)
    assert column(filled, "tempo") == [0.75, 1, 2]  # rows 0, 1, 0, 2
    assert column(filled, "energy") == [10.75] * 3
    assert column(filled, "loudness") == [0] * 3  # neither has it
    assert np.isnan(bare.features).any()  # a new set


def test_without_mood_no_answer_is_one_that_a_mood_persists_into() -> None:
    asked = some_set()
    assert common.asks_for_moods(asked)
    assert not common.asks_for_moods(some_set(moods=False))
    assert not common.asks_for_moods(some_set([LIKING]))
    hidden = common.without_mood(asked)
    assert np.isnan(hidden.mood).all()
    assert not common.asks_for_moods(hidden)
    assert hidden.answerable.all()


def test_by_content_alone_no_two_rows_are_of_one_item() -> None:
    alone = common.by_content_alone(some_set())
    assert len(set(alone.item_keys)) == len(alone) == len(np.unique(alone.item))
    seen = alone.features[alone.item]
    np.testing.assert_array_equal(seen, some_set().features[some_set().item])


def test_simulated_listeners_hear_the_items_and_not_what_was_said_of_them() -> None:
    data = common.on_common_ground(some_set([LIKING, VALENCE]), ["liking", "valence"])
    made_up = common.simulated_on(data, ["liking", "valence"], listeners=3, seed=1)
    assert made_up.name == "simulated listeners"
    assert [target.name for target in made_up.targets] == ["liking", "valence"]
    assert (len(made_up.user_keys), made_up.feature_names) == (3, common.SHARED)
    silent = replace(data, answers=np.full_like(data.answers, np.nan))
    again = common.simulated_on(silent, ["liking", "valence"], listeners=3, seed=1)
    np.testing.assert_array_equal(made_up.answers, again.answers)


def test_the_published_sets_share_every_feature_and_answer() -> None:
    for name in ("situnes", "trompa_mer"):
        data = folders.read(data_folder() / name)
        assert common.answers_of(data) == {"liking", "valence", "arousal"}
        ground = common.on_common_ground(data, ["liking", "valence", "arousal"])
        assert np.isfinite(ground.features).all()
        assert np.nanmin(ground.answers) == -1
        assert np.nanmax(ground.answers) == 1
