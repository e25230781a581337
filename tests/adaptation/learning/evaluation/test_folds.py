"""Who is left out, and what each of them is asked."""

from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.evaluation.folds import TooFew, folds_of, tasks_of
from tests.adaptation.learning.evaluation.known import known_set


def test_a_task_is_one_series_in_order_cut_after_what_may_be_given() -> None:
    data = known_set(users=3, rows=8, auxiliary=2)
    tasks = tasks_of(data, given=2)
    assert [task.user for task in tasks] == [0, 1, 2]
    for task in tasks:
        rows = np.concatenate([task.support, task.query])
        asked = np.flatnonzero((data.user == task.user) & ~data.auxiliary)
        assert sorted(rows) == sorted(asked)
        assert (np.diff(data.order[rows]) > 0).all()
        assert len(task.support) == 2


def test_every_series_of_a_person_is_a_task_of_its_own() -> None:
    data = known_set(users=2, rows=8, auxiliary=0)
    data = replace(data, series=(np.arange(16) // 2) % 2 + 5)
    tasks = tasks_of(data, given=3)
    assert [task.user for task in tasks] == [0, 0, 1, 1]
    for task in tasks:
        assert len(set(data.series[task.query])) == 1
        assert len(task.query) == 1


def test_rows_of_one_moment_stay_as_they_stand() -> None:
    data = replace(known_set(users=2, rows=6, auxiliary=0), order=np.zeros(12))
    (first, _) = tasks_of(data, given=2)
    assert [*first.support, *first.query] == [0, 2, 4, 6, 8, 10]


def test_a_series_of_just_so_many_ratings_leaves_no_query_and_is_no_task() -> None:
    data = known_set(users=3, rows=6, auxiliary=0)
    data = data.rows(np.flatnonzero((data.user > 0) | (data.order > -12)))  # the first gave four
    assert [task.user for task in tasks_of(data, given=4)] == [1, 2]


def test_shots_that_leave_no_query_are_refused_with_what_would_do() -> None:
    with pytest.raises(TooFew, match="more than 6 ratings in one series, the longest has 6"):
        tasks_of(known_set(rows=8, auxiliary=2), given=6)


def test_a_set_of_nothing_but_auxiliary_rows_has_no_task() -> None:
    data = known_set(rows=4, auxiliary=4)
    with pytest.raises(TooFew, match="the longest has 0"):
        tasks_of(data, given=0)


def test_a_support_drawn_at_random_depends_on_the_seed_and_leaves_the_rest_in_order() -> None:
    data = known_set(users=4, rows=20, auxiliary=0)
    drawn = {seed: tasks_of(data, given=5, seed=seed, random_support=True) for seed in (1, 2)}
    again = tasks_of(data, given=5, seed=1, random_support=True)
    for one, other in zip(drawn[1], again, strict=True):
        np.testing.assert_array_equal(one.support, other.support)
    assert any(
        set(one.support) != set(other.support)
        for one, other in zip(drawn[1], drawn[2], strict=True)
    )
    for task in again:
        assert not set(task.support) & set(task.query)
        assert len(task.support) + len(task.query) == 20
        assert (np.diff(data.order[task.query]) > 0).all()
    first = tasks_of(data, given=5)
    assert any(set(a.support) != set(b.support) for a, b in zip(first, again, strict=True))


def test_every_person_is_left_out_once_and_seeds_shuffle() -> None:
    data = known_set(users=11)
    tasks = tasks_of(data, given=3)
    folds = folds_of(tasks, count=3, seed=7)
    expected = np.array_split(np.random.default_rng(7).permutation(11), 3)
    assert [fold.people.tolist() for fold in folds] == [part.tolist() for part in expected]
    assert sorted(task.user for fold in folds for task in fold.tasks) == list(range(11))
    for fold in folds:
        assert {task.user for task in fold.tasks} == set(fold.people)
    other = folds_of(tasks, count=3, seed=8)
    assert [set(f.people) for f in folds] != [set(f.people) for f in other]


@pytest.mark.parametrize(
    ("users", "words"), [(3, "3 people have a task, too few for 4 folds"), (1, "Only one person")]
)
def test_more_folds_than_people_are_refused(users: int, words: str) -> None:
    tasks = tasks_of(known_set(users=users), given=3)
    with pytest.raises(TooFew, match=words):
        folds_of(tasks, count=4, seed=0)
