"""Episodes: what is drawn from a person's series, and who is trained on."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from adaptation.learning.learners.episode_rows import QUERIES, SHOTS, Rows, draw, split_people
from adaptation.learning.learners.population_ridge import PopulationRidge
from adaptation.learning.ratings import RatingSet, Whole
from tests.adaptation.learning.learners.episodic_sets import everything
from tests.adaptation.learning.learners.rating_sets import linear_set


def people_of(rows: RatingSet, series: list[Whole]) -> set[int]:
    return {int(person) for index in series for person in rows.user[index]}


def test_an_episode_cuts_one_series_in_two() -> None:
    series = [np.arange(0, 30), np.arange(30, 34), np.arange(34, 36)]
    support, query = draw(series, [10, 3, 10], np.random.default_rng(0))
    assert support.shape == (3, max(SHOTS))
    assert query.shape == (3, QUERIES)
    for place, (known, asked) in enumerate([(10, QUERIES), (3, 1), (1, 1)]):
        first, then = (index[index >= 0] for index in (support[place], query[place]))
        assert (len(first), len(then)) == (known, asked)
        both = np.concatenate([first, then])
        assert len(set(both)) == len(both)
        assert set(both) <= set(series[place])


def test_which_rows_are_support_is_left_to_chance() -> None:
    generator = np.random.default_rng(0)
    drawn = [draw([np.arange(20)], [5], generator)[0][0, :5].tolist() for _ in range(3)]
    assert drawn[0] != drawn[1] != drawn[2]


def test_padding_weighs_nothing() -> None:
    rows = everything()
    x, y, weight = Rows.of(PopulationRidge.fit(rows), rows).at(np.array([[0, 3, -1]]))
    assert x.shape == (1, 3, 5 + 3 + 6 + 3)
    assert (weight[0, 1] == 1).all()
    assert x[0, 1].abs().sum() > 0
    for table in (x, y, weight):
        assert (table[0, 2] == 0).all()


def test_one_person_in_five_is_watched_and_not_trained_on() -> None:
    rows = everything()
    trained, watched = split_people(rows, np.random.default_rng(0))
    held = people_of(rows, watched)
    assert len(held) == 3  # of twelve
    assert people_of(rows, trained) == set(range(12)) - held
    assert any(rows.auxiliary[index].all() for index in trained)
    assert not any(rows.auxiliary[index].any() for index in watched)
    for index in (*trained, *watched):
        assert len(np.unique(rows.series[index])) == 1


def test_series_of_one_number_are_of_as_many_people() -> None:
    """What one person rated never tells of another, though all call their series the same."""
    rows = linear_set(people=10, ratings=4)
    alike = replace(rows, series=np.ones(len(rows), np.int64))
    for index in chain(*split_people(alike, np.random.default_rng(0))):
        assert len(people_of(alike, [index])) == 1
        assert len(index) == 4


def test_auxiliary_series_are_watched_where_there_is_nothing_else() -> None:
    rows = linear_set(people=10, ratings=4)
    only = replace(rows, auxiliary=np.ones(len(rows), bool))
    assert len(split_people(only, np.random.default_rng(0))[1]) == 2


def test_very_few_people_are_trained_on_and_watched() -> None:
    trained, watched = split_people(linear_set(people=4, ratings=3), np.random.default_rng(0))
    assert len(trained) == len(watched) == 4


def test_who_rated_once_is_passed_over() -> None:
    rows = linear_set(people=6, ratings=3)
    keep = (rows.user != 2) | (rows.order == 0)
    trained, watched = split_people(rows.rows(keep), np.random.default_rng(0))
    assert people_of(rows.rows(keep), [*trained, *watched]) == {0, 1, 3, 4, 5}


def test_with_nothing_usable_it_says_so() -> None:
    with pytest.raises(ValueError, match="at least one series of two ratings"):
        split_people(linear_set(people=6, ratings=1), np.random.default_rng(0))
