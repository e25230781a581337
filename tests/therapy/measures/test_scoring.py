"""Scores, against the tables that the instruments were published with."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.measures.definition import Choices, Definition, Line
from therapy.measures.registry import PUBLISHED, measure
from therapy.measures.scoring import UnusableAnswers, answer_problems, score, tidy


def spread(definition: Definition, total: int) -> dict[str, float]:
    """Answers to the scored items, 0..3 each, that add up to `total`."""
    answers: dict[str, float] = {}
    for item in definition.items:
        if not item.optional:
            answers[item.id] = min(3, total)
            total -= min(3, total)
    assert total == 0
    return answers


@pytest.mark.parametrize(
    ("key", "bands"),
    [
        (  # Kroenke 2001
            "phq9",
            [
                (0, 4, "none to minimal"),
                (5, 9, "mild"),
                (10, 14, "moderate"),
                (15, 19, "moderately severe"),
                (20, 27, "severe"),
            ],
        ),
        (  # Spitzer 2006: cut points at 5, 10 and 15
            "gad7",
            [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 21, "severe")],
        ),
        (  # Kroenke 2009
            "phq4",
            [(0, 2, "none to minimal"), (3, 5, "mild"), (6, 8, "moderate"), (9, 12, "severe")],
        ),
    ],
)
def test_every_total_lies_in_its_published_band(key: str, bands: list[Any]) -> None:
    definition = measure(key, 1)
    for lowest, highest, name in bands:
        for total in range(lowest, highest + 1):
            found = score(definition, spread(definition, total)).scores["total"]
            assert (found.value, found.band) == (total, name)


def test_the_phq4_has_an_anxiety_and_a_depression_half() -> None:
    answers = {"phq4-1": 3, "phq4-2": 2, "phq4-3": 1, "phq4-4": 0}
    found = score(measure("phq4", 1), answers).scores
    assert {key: one.value for key, one in found.items()} == {"total": 6, "gad2": 5, "phq2": 1}
    assert (found["gad2"].band, found["phq2"].band) == (None, None)


def test_the_question_on_difficulty_is_not_scored() -> None:
    definition = measure("phq9", 1)
    answers = spread(definition, 12)
    assert score(definition, answers | {"phq9-function": 3}) == score(definition, answers)


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_thoughts_of_self_harm_need_a_safety_check_at_any_total(value: int) -> None:
    answers = spread(measure("phq9", 1), 0) | {"phq9-9": value}
    assert score(measure("phq9", 1), answers).needs_safety_check is (value > 0)
    others = dict.fromkeys(answers, 3) | {"phq9-9": 0}
    assert not score(measure("phq9", 1), others).needs_safety_check


def test_single_lines_are_their_own_score() -> None:
    assert score(measure("vas-anxiety", 1), {"anxiety": 62.5}).scores["anxiety"].value == 62.5
    assert score(measure("pain-nrs", 1), {"pain": 7}).scores["pain"].value == 7
    slider = score(measure("affective-slider", 1), {"valence": -0.25, "arousal": 0.5}).scores
    assert (slider["valence"].value, slider["arousal"].value) == (-0.25, 0.5)


@pytest.mark.parametrize("definition", PUBLISHED, ids=str)
def test_a_form_without_an_answer_has_no_score(definition: Definition) -> None:
    complete = lowest_answers(definition)
    for item in definition.items:
        without = {key: value for key, value in complete.items() if key != item.id}
        if item.optional:
            assert score(definition, without) == score(definition, complete)
            continue
        with pytest.raises(UnusableAnswers, match=f"answers.{item.id}: Not answered"):
            score(definition, without)


def test_every_unusable_answer_is_named() -> None:
    answers = lowest_answers(measure("phq9", 1)) | {"phq9-3": 7, "phq10-1": 0}
    del answers["phq9-5"]
    assert answer_problems(measure("phq9", 1), answers) == {
        "answers.phq9-3": ["Must be one of 0, 1, 2, 3, not 7."],
        "answers.phq9-5": ["Not answered: an incomplete form is not scored."],
        "answers": ["phq9 version 1 does not ask for 'phq10-1'."],
    }


def test_of_many_strange_answers_a_few_are_named() -> None:
    answers = {"pain": 1, **{f"x{number}": 1 for number in range(9)}}
    assert answer_problems(measure("pain-nrs", 1), answers) == {
        "answers": ["pain-nrs version 1 does not ask for 'x0', 'x1', 'x2', 'x3', 'x4' and 4 more."]
    }


@pytest.mark.parametrize(
    "value", [True, False, None, "2", [2], math.nan, math.inf, -math.inf, 1.5, -1, 11, 10**400]
)
def test_what_is_no_whole_number_of_the_scale_is_refused(value: Any) -> None:
    (words,) = answer_problems(measure("pain-nrs", 1), {"pain": value})["answers.pain"]
    assert words.startswith("Must be a whole number from 0 to 10, not ")
    assert answer_problems(measure("gad7", 1), {"gad7-1": value})["answers.gad7-1"] or value == 1


@pytest.mark.parametrize("value", [-1.01, 1.01, math.nan])
def test_a_slider_ends_at_its_ends(value: float) -> None:
    assert answer_problems(measure("affective-slider", 1), {"valence": value, "arousal": 0}) == {
        "answers.valence": [f"Must be a number from -1 to 1, not {value:g}."]
    }


def test_answers_are_kept_in_order_and_whole_where_they_are() -> None:
    kept = tidy(measure("phq4", 1), {"phq4-4": 3.0, "phq4-2": 1, "phq4-3": -0.0, "phq4-1": 2.0})
    assert repr(kept) == "{'phq4-1': 2, 'phq4-2': 1, 'phq4-3': 0, 'phq4-4': 3}"


def lowest_answers(definition: Definition) -> dict[str, float]:
    return {
        item.id: item.answer.values[0] if isinstance(item.answer, Choices) else item.answer.lowest
        for item in definition.items
    }


def values(allowed: Choices | Line) -> st.SearchStrategy[float]:
    if isinstance(allowed, Choices):
        return st.sampled_from(allowed.values)
    if allowed.whole:
        return st.integers(int(allowed.lowest), int(allowed.highest))
    return st.floats(allowed.lowest, allowed.highest)


complete_forms = st.sampled_from(PUBLISHED).flatmap(
    lambda one: st.tuples(
        st.just(one), st.fixed_dictionaries({item.id: values(item.answer) for item in one.items})
    )
)


@given(complete_forms, st.randoms())
def test_scores_lie_on_their_scale_and_know_no_order(
    form: tuple[Definition, dict[str, float]], chance: random.Random
) -> None:
    definition, answers = form
    found = score(definition, answers)
    for scale in definition.scales:
        one = found.scores[scale.key]
        assert scale.lowest <= one.value <= scale.highest
        assert (one.band is None) is (scale.bands == ())
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    assert score(definition, dict(shuffled)) == found


@given(complete_forms, st.data())
def test_a_higher_answer_never_lowers_a_score(
    form: tuple[Definition, dict[str, float]], data: st.DataObject
) -> None:
    definition, answers = form
    item = data.draw(st.sampled_from(definition.items))
    higher = data.draw(values(item.answer).filter(lambda value: value >= answers[item.id]))
    before, after = (
        score(definition, answers),
        score(definition, answers | {item.id: higher}),
    )
    for key, one in before.scores.items():
        assert after.scores[key].value >= one.value
