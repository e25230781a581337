"""Groups beside the rest: statsmodels' answer, chance by itself, and what small groups tell."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, t
from statsmodels.api import MixedLM

from therapy.statistics.drift import PRIOR
from therapy.statistics.groups import TOGETHER, compare, members
from therapy.statistics.pairs import Pairs

LINE = PRIOR["valence"]
Array = NDArray[np.float64]


def clinic(
    random: np.random.Generator, people: int, *, effect: Array | None = None
) -> tuple[NDArray[np.int_], Array, Array]:
    """Whose each session is, before and after; `effect` [P] is added to what drifted."""
    person = np.repeat(np.arange(people), random.integers(3, 12, people))
    own = random.normal(0, 0.12, people)
    if effect is not None:
        own = own + effect
    before = random.normal(-0.2, 0.3, len(person))
    after = LINE.expected(before) + own[person] + random.normal(0, LINE.residual, len(person))
    return person, before, after


def test_a_group_is_what_the_mixed_model_of_its_sessions_finds() -> None:
    person, before, after = clinic(np.random.default_rng(5), 40)
    inside = np.arange(40) < 15
    found, other = compare(
        {"some": inside, "others": ~inside}, Pairs.of(person, before, after, 40), LINE
    )
    y, own = after - LINE.expected(before), inside[person]
    alone = MixedLM(y[own], np.ones((own.sum(), 1)), person[own]).fit(reml=True, method=["powell"])
    assert found.difference == pytest.approx(float(alone.fe_params[0]), abs=1e-5)
    design = np.column_stack([np.ones(len(y)), own]).astype(float)
    beside = MixedLM(y, design, person).fit(reml=True, method=["powell"])
    deviations = float(beside.fe_params[1] / beside.bse_fe[1])
    assert found.p is not None
    assert found.p == pytest.approx(2 * t.sf(abs(deviations), 38), rel=1e-2)
    assert other.p == pytest.approx(found.p)


def test_the_adjustment_is_that_of_the_published_example() -> None:
    """Benjamini & Hochberg 1995, section 3.2: of fifteen, four are found at .05."""
    published = (
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    )
    assert sum(false_discovery_control(published) <= 0.05) == 4


def test_among_many_groups_that_do_not_differ_one_is_hardly_ever_found() -> None:
    random = np.random.default_rng(6)
    found = []
    for _ in range(200):
        pairs = Pairs.of(*clinic(random, 48), 48)
        groups = {str(one): np.arange(48) % 6 == one for one in range(6)}
        found.append(min(group.q for group in compare(groups, pairs, LINE) if group.q is not None))
    assert np.mean(np.asarray(found) < 0.05) < 0.08


def test_a_group_that_differs_is_found() -> None:
    inside = np.arange(60) < 20
    pairs = Pairs.of(*clinic(np.random.default_rng(7), 60, effect=0.3 * inside), 60)
    some, others = compare({"some": inside, "others": ~inside}, pairs, LINE)
    assert some.q is not None
    assert some.q < 0.001
    assert some.low > 0
    assert some.difference > others.difference


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ({"a": 9, "b": 6}, {"a": 9, "b": 6}),
        ({"a": 9, "b": 3, "c": 2}, {"a": 9, TOGETHER: 5}),
        # One small group alone would follow from the whole: the next one hides it.
        ({"a": 9, "b": 7, "c": 2}, {"a": 9, TOGETHER: 9}),
        ({"a": 9, "c": 2}, {TOGETHER: 11}),
        ({"a": 2, "b": 1}, {}),
        ({}, {}),
    ],
)
def test_small_groups_stand_together_so_that_none_can_be_told(
    sizes: dict[str, int], left: dict[str, int]
) -> None:
    names = [name for name, size in sizes.items() for _ in range(size)]
    assert {name: int(who.sum()) for name, who in members(names, 5).items()} == left


def test_a_group_whose_sessions_say_nothing_is_left_out() -> None:
    pairs = Pairs.of([0, 0, 0, 1], [0.0, 0.1, 0.2, 0.0], [0.2, 0.3, 0.1, 0.1], 2)
    groups = {"one": np.array([True, False]), "other": np.array([False, True])}
    [found] = compare(groups, pairs, LINE)
    assert (found.name, found.p, found.q) == ("one", None, None)
