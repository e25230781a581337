"""Adapting held against mean and offset among one clinic's people."""

from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.benefit import SHOTS, Benefit, TooFewPeople, benefits
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.learners import offset
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.support import Support
from tests.trained import SCHEMA, shared_folder, small_base, some_listeners

PEOPLE = some_listeners(30, ratings=30, seed=9)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Base:
    return small_base(shared_folder(tmp_path_factory, worker_id))


def asked(base: Base, people: list[Support]) -> dict[tuple[str, int], Benefit]:
    found = benefits(base, people, SCHEMA.columns, lambda done, due: None)
    return {(one.outcome, one.shots): one for one in found}


def test_where_people_differ_in_what_they_like_adapting_is_better(base: Base) -> None:
    """The base was trained on other listeners of the same kind."""
    found = asked(base, PEOPLE)
    assert set(found) == {(one, k) for one in ("liking", "valence", "arousal") for k in SHOTS}
    liking = found["liking", 10]
    assert liking.people == 30
    assert liking.answers == 30 * 20
    assert liking.high < 0
    assert liking.difference == pytest.approx(liking.adapted - liking.plain)


def test_where_taste_has_nothing_to_do_with_the_music_it_is_not(base: Base) -> None:
    """The same answers about other tracks: what is left is each person's own level."""
    random = np.random.default_rng(2)
    shuffled = [
        replace(one, features=random.permutation(one.features), tracks=()) for one in PEOPLE
    ]
    for one in asked(base, shuffled).values():
        assert one.high > 0


def test_nobody_is_answered_for_by_a_fit_that_knew_them(base: Base) -> None:
    """By hand, of one person: the plain learner is fitted on the other four parts."""
    found = asked(base, PEOPLE)["arousal", 3]
    everybody = rating_set(PEOPLE, SCHEMA.columns, "here")
    differences = []
    for person in range(30):
        others = ~np.isin(everybody.user, np.arange(30)[person % 5 :: 5])
        plain = offset.fit(everybody.rows(others), seed=0)
        one = everybody.of_users([person])
        support, query = one.rows(np.arange(3)), one.rows(np.arange(10, 30))
        errors = []
        for learner in (RelationKernel(base), plain):
            said = learner.predict(learner.adapt(support), query).mean[:, 2]
            weight = query.told[:, 2]
            errors.append(float((np.abs(said - np.nan_to_num(query.answers[:, 2])) * weight).sum()))
            errors[-1] /= float(weight.sum())
        differences.append(errors[0] - errors[1])
    assert found.difference == pytest.approx(float(np.mean(differences)), abs=1e-9)
    half = 2.0452 * np.std(differences, ddof=1) / 30**0.5  # Student's t, 29 degrees
    assert found.high - found.difference == pytest.approx(half, rel=1e-4)


def test_too_few_people_are_refused(base: Base) -> None:
    with pytest.raises(TooFewPeople, match="9 people have rated more than 10 tracks"):
        asked(base, PEOPLE[:9])
    with pytest.raises(TooFewPeople, match="0 people"):
        asked(base, some_listeners(12, ratings=10))


def test_it_tells_how_far_it_is(base: Base) -> None:
    told: list[tuple[int, int]] = []
    benefits(base, PEOPLE[:12], SCHEMA.columns, lambda done, due: told.append((done, due)))
    assert told == [(number, 12) for number in range(1, 13)]
