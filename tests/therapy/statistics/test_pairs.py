"""Sums by person beside the sessions themselves."""

from dataclasses import fields

import numpy as np
import pytest

from therapy.statistics.drift import PRIOR
from therapy.statistics.pairs import Pairs

RANDOM = np.random.default_rng(3)
WHOSE = RANDOM.integers(0, 5, 60)
BEFORE, AFTER = RANDOM.uniform(-1, 1, (2, 60))


def test_what_is_beyond_the_drift_is_that_of_every_session() -> None:
    drift = PRIOR["arousal"]
    pairs = Pairs.of(WHOSE, BEFORE, AFTER, people=6)
    beyond = AFTER - drift.expected(BEFORE)
    assert pairs.beyond(drift) == pytest.approx([beyond[one == WHOSE].sum() for one in range(6)])
    assert pairs.beyond_squared(drift) == pytest.approx(float((beyond**2).sum()))
    assert (pairs.sessions, pairs.people) == (60, 5)


def test_those_who_are_chosen_keep_their_sums() -> None:
    chosen = np.array([True, False, True, False, False, False])
    pairs = Pairs.of(WHOSE, BEFORE, AFTER, people=6).of_those(chosen)
    for each in fields(Pairs):
        assert len(getattr(pairs, each.name)) == 2
    assert pairs.product[1] == pytest.approx(float((BEFORE * AFTER)[WHOSE == 2].sum()))
