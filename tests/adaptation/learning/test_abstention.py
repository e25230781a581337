"""Abstaining: what has not been shown to help is not served."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from adaptation.learning import abstention
from adaptation.learning.abstention import Evidence
from adaptation.learning.bases import Base
from adaptation.learning.early_ratings import (
    FIRST,
    Calibration,
    Episodes,
    answers_after,
    read,
    tensors,
)
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import RelationSettings
from adaptation.learning.training import Trained, meta_train
from tests.adaptation.learning.first_ratings import people
from tests.adaptation.learning.learners.rating_sets import linear_world

SHAPE = RelationSettings(features=0, relations=2, carries=(None, 0))
NAMES = ["liking", "valence"]
PEOPLE, QUERIES = 60, 15
# Coordinates: offset and two slopes of liking, the same of valence, persistence of valence.
OFFSETS, SLOPES, PERSISTENCE = [0, 3], [1, 2, 4, 5], [6]


def calibration() -> Calibration:
    """As if all of a person could differ."""
    nothing = np.zeros(2)
    return Calibration(
        0.4 * np.eye(7), np.eye(2), np.ones(2), np.array([0.1, 0.0]), nothing, np.full(2, 1e4)
    )


def episodes(differing: list[int], *, people: int = PEOPLE, seed: int = 0) -> Episodes:
    """People who differ in these coordinates and no others."""
    draw = np.random.default_rng(seed)
    count = FIRST + QUERIES
    rows = np.zeros((people, count, 2, 7))
    for answer in range(2):
        rows[:, :, answer, 3 * answer] = 1.0
        rows[:, :, answer, 3 * answer + 1 : 3 * answer + 3] = draw.normal(size=(people, count, 2))
    rows[:, :, 1, 6] = draw.normal(size=(people, count))
    person = np.zeros((people, 7))
    person[:, differing] = 0.7 * draw.normal(size=(people, len(differing)))
    said = np.einsum("bntd,bd->bnt", rows, person) + draw.normal(size=(people, count, 2))
    ones = np.ones_like(said)
    first, later = (
        [torch.from_numpy(values[:, part].copy()) for values in (rows, said, ones)]
        for part in (slice(0, FIRST), slice(FIRST, None))
    )
    return Episodes(*first, *later, np.arange(people))


def weigh(made: Episodes) -> tuple[Evidence, ...]:
    return abstention.weigh(NAMES, SHAPE, [(calibration(), made)])


def weighed(differing: list[int], **made: int) -> tuple[Evidence, ...]:
    return weigh(episodes(differing, **made))


@pytest.mark.parametrize(
    ("differing", "served"),
    [
        ([], ("population", "population")),
        (OFFSETS, ("offset", "offset")),
        (OFFSETS + SLOPES, ("relation", "relation")),
        (SLOPES, ("relation", "relation")),
        ([0, 4, 5], ("offset", "relation")),
        (OFFSETS + PERSISTENCE, ("offset", "relation")),
    ],
    ids=["nothing", "offsets", "all", "slopes", "one each", "how moods persist"],
)
def test_the_simplest_that_helps_is_served(differing: list[int], served: tuple[str, str]) -> None:
    evidence = weighed(differing)
    assert [found.answer for found in evidence] == NAMES
    assert tuple(found.served for found in evidence) == served
    assert {found.people for found in evidence} == {PEOPLE}


def test_gains_are_shares_of_the_populations_error() -> None:
    """An offset of variance .49 under a noise of 1 is .49/1.49 of the error; ten ratings find most
    of it. Their standard errors are those of a mean over people."""
    (liking, _) = weighed(OFFSETS, people=400)
    assert liking.offset_gain == pytest.approx(0.49 / 1.49 - 0.06, abs=0.05)
    (few, _) = weighed(OFFSETS, people=100)
    assert few.offset_error == pytest.approx(2 * liking.offset_error, rel=0.3)
    assert liking.relation_gain < 0  # what is not there costs something to look for


@pytest.mark.parametrize("coordinate", [0, 1], ids=["offset", "slope"])
def test_what_helps_one_person_is_not_yet_shown_to_help(coordinate: int) -> None:
    """One in sixty differs, and much: less error in all, by less than its own standard error."""
    made = episodes([])
    residual, query_residual = made.residual.clone(), made.query_residual.clone()
    residual[0, :, 0] += 5.0 * made.rows[0, :, 0, coordinate]
    query_residual[0, :, 0] += 5.0 * made.query_rows[0, :, 0, coordinate]
    one_of_many = replace(made, residual=residual, query_residual=query_residual)
    found = weigh(one_of_many)[0]
    gain, error = (
        (found.offset_gain, found.offset_error)
        if coordinate == 0
        else (found.relation_gain, found.relation_error)
    )
    assert 0.02 < gain < error
    assert found.served == "population"


def test_the_standard_error_counts_people_and_not_their_series() -> None:
    made = episodes(OFFSETS)
    twice = Episodes(
        *(torch.cat([getattr(made, name)] * 2) for name in list(vars(made))[:-1]),
        np.concatenate([made.person] * 2),
    )
    once, again = (weigh(given)[0] for given in (made, twice))
    assert again.people == PEOPLE
    assert again.offset_error == pytest.approx(once.offset_error)
    alone = weigh(replace(made, person=np.zeros(PEOPLE, np.int64)))
    assert alone[0].people == 1


def test_an_answer_that_nobody_gave_has_no_evidence() -> None:
    made = episodes(OFFSETS + SLOPES)
    weight = made.query_weight.clone()
    weight[..., 1] = 0.0
    liking, valence = weigh(replace(made, query_weight=weight))
    assert liking.served == "relation"
    assert valence == abstention.nothing_known(["valence"])[0]
    assert valence.people == 0


def evidence_that(*served: abstention.Served) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(name, one, 0, 0, 0, 0, 9) for name, one in zip(NAMES, served, strict=True)
    )


def kept(spread: Floats) -> list[int]:
    return [int(at) for at in np.flatnonzero(np.diag(spread))]


def test_what_is_abstained_from_can_never_be_learned() -> None:
    """Whatever is rated: its prior variance is 0, and nothing else is bound to it."""
    factor = np.random.default_rng(3).normal(size=(7, 7))
    full = replace(calibration(), spread=0.1 * factor @ factor.T)
    for served, places in {
        ("relation", "relation"): list(range(7)),
        ("offset", "relation"): [0, 3, 4, 5, 6],
        ("relation", "offset"): [0, 1, 2, 3],
        ("population", "offset"): [3],
        ("offset", "population"): [0],
    }.items():
        less = abstention.abstain(SHAPE, full, evidence_that(*served))
        assert kept(less.spread) == places
        np.testing.assert_array_equal(
            less.spread[np.ix_(places, places)], full.spread[np.ix_(places, places)]
        )
        gone = [at for at in range(7) if at not in places]
        assert not less.spread[gone].any()
        assert np.linalg.eigvalsh(less.spread).min() > -1e-12
        made = episodes(OFFSETS + SLOPES + PERSISTENCE)
        after = answers_after(made, FIRST, *tensors(less))
        only = made.query_rows.clone()
        only[..., places] = 0.0
        nothing = answers_after(replace(made, query_rows=only), FIRST, *tensors(less))
        assert not nothing.known.any()
        assert not nothing.unknown.any()
        assert after.known.any()


# The whole of training


@cache
def trained_on(seed: int = 0, people: int = 20, **world: float) -> tuple[Trained, RatingSet]:
    made = linear_world(
        people=people, items=30, ratings=20, seed=seed, targets=("liking",), **world
    )
    return meta_train(made.ratings, seed=seed), made.ratings


def test_people_who_differ_in_nothing_but_their_mean_are_served_their_mean() -> None:
    """Mostly: what was found on a few people may look like something by chance."""
    served = [trained_on(seed, slope=0.0)[0].evidence[0].served for seed in range(4)]
    assert served.count("offset") >= 3


def test_people_who_do_not_differ_are_served_everybodys_answer() -> None:
    served = [trained_on(seed, slope=0.0, offset=0.0)[0].evidence[0].served for seed in range(4)]
    assert served.count("population") >= 2
    assert served.count("relation") <= 1


def test_people_who_differ_about_items_are_served_how_items_relate() -> None:
    for seed in range(3):
        (evidence,) = trained_on(seed, slope=0.5)[0].evidence
        assert evidence.served == "relation"
        assert evidence.relation_gain > 2 * evidence.relation_error > 0
        assert evidence.people == 20


@pytest.mark.parametrize("seed", range(3))
def test_a_base_that_abstains_answers_alike_whatever_is_rated(seed: int) -> None:
    """Where only the mean is served, an answer moves by the same for every item; where only
    everybody's answer is, by nothing."""
    for world in ({"slope": 0.0}, {"slope": 0.0, "offset": 0.0}, {"slope": 0.5}):
        trained, ratings = trained_on(seed, **world)
        base = Base(trained.learner, "", (), trained.items, trained.evidence)
        served = RelationKernel(base)
        person = ratings.of_users([0])
        query = ratings.rows(np.arange(40))
        wild = replace(person, answers=np.where(person.answers > 3, 1.0, 5.0))
        before, after = (
            served.predict(served.adapt(rows), query).mean
            for rows in (person.rows(np.arange(0)), wild)
        )
        moved = after - before
        if trained.evidence[0].served == "population":
            assert not moved.any()
        elif trained.evidence[0].served == "offset":
            assert np.ptp(moved) < 1e-5
        else:
            assert np.ptp(moved) > 0.05


def test_too_few_series_tell_nothing_and_nothing_is_abstained_from() -> None:
    trained, _ = trained_on(people=5)
    assert trained.evidence == abstention.nothing_known(["liking"])
    assert trained.evidence[0].people == 0
    assert trained.evidence[0].served == "relation"
    assert (trained.learner.covariance.diagonal() > 0).all()


# From how many ratings on


ALONE = RelationSettings(features=0, relations=0, carries=(None,))


def waiting(misled: int, *, served: abstention.Served = "offset") -> tuple[Calibration, Evidence]:
    """For people with an offset whose first so many ratings say something else, read as if every
    rating told the offset."""
    off = np.where(np.arange(FIRST) < misled, 1.8, 0.0)
    evidence = Evidence("liking", served, 0.1, 0.01, 0.0, 0.0, PEOPLE)
    plain = Calibration(np.eye(1), np.eye(1), np.ones(1), np.zeros(1), np.zeros(1), np.full(1, 1e4))
    calibrated, (found,) = abstention.wait(ALONE, plain, (evidence,), [(plain, people(misled=off))])
    return calibrated, found


@pytest.mark.parametrize(
    ("misled", "begins", "patience"), [(0, 1, 0.0), (1, 3, 2.0), (2, 5, 4.0), (4, 10, 7.5)]
)
def test_adapting_begins_where_it_was_shown_to_help(
    misled: int, begins: int, patience: float
) -> None:
    calibrated, found = waiting(misled)
    assert found.begins == begins
    assert calibrated.patience.tolist() == [patience]


def test_where_nothing_is_served_nothing_begins() -> None:
    calibrated, found = waiting(1, served="population")
    assert found.begins == 0
    assert calibrated.patience.tolist() == [0.0]


@pytest.mark.parametrize("served", ["offset", "relation"])
def test_what_was_not_shown_to_help_even_after_ten_ratings_is_not_served(
    served: abstention.Served,
) -> None:
    calibrated, found = waiting(FIRST, served=served)
    assert (found.served, found.begins) == ("population", 0)
    episodes = people(5, seed=3)
    mean, _ = read(answers_after(episodes, FIRST, *tensors(calibrated)), calibrated)
    assert not mean.any()


def test_until_then_the_populations_answer_is_read() -> None:
    calibrated, _ = waiting(1)
    episodes = people(5, seed=3)
    for shots in (0, 1):
        mean, _ = read(answers_after(episodes, shots, *tensors(calibrated)), calibrated)
        assert not mean.any()
    mean, _ = read(answers_after(episodes, 3, *tensors(calibrated)), calibrated)
    assert mean.abs().min() > 0.01
