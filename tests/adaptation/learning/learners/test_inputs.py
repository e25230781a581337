"""What learners read of a row."""

from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.learners.inputs import CLIP, Inputs
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world

ONE_OF = {"targets": ("liking",), "moods": False}  # residuals are then easily had by hand


def within_person(inputs: Inputs, rows: RatingSet) -> Floats:
    """Standardised answers [R] to the only target, less the person's mean."""
    standard = inputs.answers(rows)[0][:, 0]
    means = np.bincount(rows.user, standard) / np.bincount(rows.user)
    return standard - means[rows.user]


def with_column(rows: RatingSet, features: Floats) -> RatingSet:
    return replace(rows, features=features, feature_names=("only",))


def test_a_row_is_content_then_items_then_mood() -> None:
    rows = linear_set(people=4)
    inputs = Inputs.fit(rows)
    columns = inputs.of(rows)
    assert columns.shape == (len(rows), inputs.width) == (100, 5 + 3 + 6)
    np.testing.assert_array_equal(columns[:, :5], inputs.content(rows))
    np.testing.assert_array_equal(columns[:, 5:8], inputs.items(rows))
    valence, arousal = rows.mood.T
    squares = [valence**2, arousal**2, valence * arousal]
    expected = np.column_stack([np.ones(100), valence, arousal, *squares])
    np.testing.assert_allclose(columns[:, 8:], expected)


def test_a_training_row_sees_only_what_others_said_of_the_item() -> None:
    rows = linear_set(people=6, items=8, ratings=12, **ONE_OF)  # people rate an item twice
    inputs = Inputs.fit(rows)
    residual = within_person(inputs, rows)
    for place, (user, item) in enumerate(zip(rows.user, rows.item, strict=True)):
        others = residual[(rows.item == item) & (rows.user != user)]
        drawn = others.sum() / (len(others) + inputs.shrinkage[0])
        assert inputs.items(rows)[place, 0] == pytest.approx(drawn)


def test_someone_new_sees_what_everybody_said_of_the_item() -> None:
    rows = linear_set(people=6, items=8, ratings=8, **ONE_OF)
    training = rows.of_users(range(5))
    inputs = Inputs.fit(training)
    residual = within_person(inputs, training)
    query = rows.of_users([5])
    for place, item in enumerate(query.item):
        said = residual[training.item == item]
        drawn = said.sum() / (len(said) + inputs.shrinkage[0])
        assert inputs.items(query)[place, 0] == pytest.approx(drawn)


def test_an_item_that_nobody_else_rated_says_nothing() -> None:
    rows = linear_set(people=6)
    training, query = rows.of_users(range(5)), rows.of_users([5])
    training = training.rows(training.item != query.item[0])
    inputs = Inputs.fit(training)
    np.testing.assert_array_equal(inputs.items(query)[0], 0)
    assert np.any(inputs.items(query) != 0)
    alone = training.rows((training.item != training.item[0]) | (training.user == training.user[0]))
    np.testing.assert_array_equal(Inputs.fit(alone).items(alone.rows(np.array([0]))), 0)


def test_what_others_said_counts_as_far_as_items_differ() -> None:
    kept = {"people": 60, "items": 30, "ratings": 30, "slope": 0.0, "noise": 0.8, **ONE_OF}
    apart = linear_world(item_effect=0.8, **kept).ratings
    content = apart.features[:, :1]
    inputs = Inputs.fit(with_column(apart, content))
    items = within_person(inputs, apart)
    between = np.var([items[apart.item == item].mean() for item in range(30)])
    within = np.mean([items[apart.item == item].var(ddof=1) for item in range(30)])
    expected = within / (between - within / 60)
    assert inputs.shrinkage[0] == pytest.approx(expected, rel=0.1)

    draw = np.random.default_rng(0)
    alike = replace(apart, answers=draw.normal(3.0, 0.5, apart.answers.shape))
    inputs = Inputs.fit(alike)
    assert inputs.shrinkage[0] > 60
    assert np.abs(inputs.items(alike)).max() < 0.2


def test_the_mood_before_is_no_merit_of_the_item() -> None:
    rows = linear_set(people=10, targets=("valence",))
    carried = replace(rows, answers=0.5 * rows.mood[:, :1] - 0.2 * rows.mood[:, 1:])
    np.testing.assert_allclose(Inputs.fit(carried).items(carried), 0, atol=1e-9)


def test_an_outlier_is_drawn_in() -> None:
    rows = linear_set(people=4)
    inputs = Inputs.fit(rows)
    features = rows.features.copy()
    features[rows.item[0]] = [1e6, -1e6, 0, 0, 0]
    content = inputs.content(replace(rows, features=features))
    np.testing.assert_array_equal(content[0, :2], [CLIP, -CLIP])


def test_a_feature_without_spread_is_left_as_it_is() -> None:
    rows = linear_set(people=4)
    rows = with_column(rows, np.full((40, 1), 7.0))
    np.testing.assert_array_equal(Inputs.fit(rows).content(rows), 0)


@pytest.mark.parametrize("mood", [(np.nan, np.nan), (0.5, np.nan), (np.nan, 0.5)])
def test_a_mood_that_was_not_asked_is_nothing(mood: tuple[float, float]) -> None:
    rows = linear_set(people=4)
    asked = Inputs.fit(rows)
    before = rows.mood.copy()
    before[3] = mood
    columns = asked.of(replace(rows, mood=before))[:, -6:]
    np.testing.assert_array_equal(columns[3], 0)
    assert np.all(columns[np.arange(len(rows)) != 3, 0] == 1)


def test_a_set_without_moods_has_no_drift() -> None:
    inputs = Inputs.fit(linear_set(people=4, moods=False))
    np.testing.assert_array_equal(inputs.drift, 0)


def test_answers_come_back_on_their_own_scales() -> None:
    rows = linear_set(people=4)
    answers = rows.answers.copy()
    answers[2, 1] = np.nan
    rows = replace(rows, answers=answers)
    inputs = Inputs.fit(rows)
    standard, weight = inputs.answers(rows)
    assert standard[2, 1] == weight[2, 1] == 0
    assert weight.sum() == weight.size - 1
    told = weight > 0
    back, variance = inputs.back(standard, np.ones_like(standard))
    np.testing.assert_allclose(back[told], answers[told])
    np.testing.assert_allclose(np.sqrt(variance), np.nanstd(answers, axis=0) * np.ones((100, 3)))
    assert standard[told[:, 1], 1].mean() == pytest.approx(0)


def test_only_field_rows_say_what_a_usual_answer_is() -> None:
    rows = linear_set(people=4)
    auxiliary = np.arange(len(rows)) % 5 == 0
    rows = replace(rows, auxiliary=auxiliary)
    expected = rows.answers[~auxiliary].mean(axis=0)
    np.testing.assert_allclose(Inputs.fit(rows).answer_centre, expected)
    lab = rows.rows(auxiliary)  # where there is no field, the other rows must do
    np.testing.assert_allclose(Inputs.fit(lab).answer_centre, lab.answers.mean(axis=0))


def test_a_setting_is_compared_within_itself() -> None:
    """What people say in the lab is higher for everyone: that is no merit of the items there."""
    rows = linear_set(people=6, items=8, ratings=8, **ONE_OF)
    auxiliary = rows.item < 4
    shifted = replace(rows, auxiliary=auxiliary, answers=rows.answers + 1.0 * auxiliary[:, None])
    plain = replace(rows, auxiliary=auxiliary)
    np.testing.assert_allclose(Inputs.fit(shifted).items(shifted), Inputs.fit(plain).items(plain))
