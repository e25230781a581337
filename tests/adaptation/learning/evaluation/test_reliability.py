"""How often what was called likely to be liked was liked."""

import numpy as np

from adaptation.learning.evaluation.intervals import Resamples
from adaptation.learning.evaluation.measures import Predicted
from adaptation.learning.evaluation.reliability import FEWEST, reliability

PEOPLE, EACH = 5, 8


def cases(mean: float, liked: np.ndarray) -> Predicted:
    """Answers of 5 where liked and 1 where not, all expected alike with a deviation of 1."""
    count = len(liked)
    unasked = np.full(count, np.nan)
    return Predicted(
        person=np.arange(count) % PEOPLE,
        seed=np.zeros(count, np.int64),
        answer=np.where(liked, 5.0, 1.0),
        before=unasked,
        mean=np.full(count, mean),
        variance=np.ones(count),
        widths=np.ones((count, 3)),
    )


def test_the_share_that_was_liked_stands_beside_what_was_stated() -> None:
    liked = np.arange(PEOPLE * EACH) < 10
    (found,) = reliability(cases(3.5, liked), 4.0, Resamples.draw(PEOPLE), whole=True)
    assert found["stated"] == 0.5
    assert found["observed"] == 0.25
    assert 0 <= found["standard_error"] < 0.1
    assert found["answers"] == 40


def test_the_cut_lies_half_a_step_lower_for_whole_numbers_alone() -> None:
    liked = np.ones(PEOPLE * EACH, bool)
    (found,) = reliability(cases(4.0, liked), 4.0, Resamples.draw(PEOPLE), whole=False)
    assert found["stated"] == 0.5


def test_a_bin_with_few_answers_is_left_out() -> None:
    few = cases(3.5, np.ones(FEWEST - 1, bool))
    assert reliability(few, 4.0, Resamples.draw(PEOPLE), whole=True) == []
