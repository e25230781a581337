"""The playlist planner, in PyTorch and as the ONNX graph that phones run."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import LIKING
from adaptation.learning.playlist import MASKED, MOST_TRACKS, WEIGHTS
from adaptation.learning.relation import RelationLearner, RelationSettings
from exports.graphs import Inputs, playlist_graph
from tests.adaptation.learning.playlists import (
    EXPLORATION,
    TEMPERATURE,
    WILD,
    Engine,
    gone_wild,
    some_inputs,
    still,
    weighing,
)
from tests.trained import small_playlist_onnx

steady = settings(deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
lengths = st.integers(1, 40)
masks = st.lists(st.booleans(), min_size=1, max_size=40)
wildness = st.dictionaries(
    st.sampled_from(
        [
            *("features", "recency", "familiarity", "vector", "mood", "target"),
            *("curve", "guards", "weights", "noise"),
        ]
    ),
    st.sampled_from(list(WILD)),
    max_size=4,
)


@pytest.fixture(scope="module", params=["PyTorch", "ONNX"])
def plan(request: pytest.FixtureRequest, base: Base, shared: Path) -> Engine:
    """The planner, by either engine."""
    if request.param == "PyTorch":
        return Engine("PyTorch", playlist_graph(base).run)
    return Engine("ONNX", small_playlist_onnx(shared).run)


# Exclusions


@settings(steady, max_examples=200)
@given(mask=masks, kinds=wildness, seed=seeds)
def test_an_excluded_track_never_appears(
    plan: Engine, base: Base, mask: list[bool], kinds: dict[str, str], seed: int
) -> None:
    """Whatever the features, the patient, the plan, the weights and the noise are."""
    inputs = gone_wild(some_inputs(base, len(mask), seed), kinds, seed)
    inputs["allowed"] = np.array(mask, np.float32)
    plan(inputs).assert_excludes(inputs["allowed"])


@pytest.mark.parametrize("weight", range(len(WEIGHTS)))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0])
def test_no_weight_lets_an_excluded_track_in(
    plan: Engine, base: Base, weight: int, value: float
) -> None:
    inputs = some_inputs(base, 20, seed=weight)
    inputs["weights"][weight] = value
    for banned in range(20):
        inputs["allowed"] = np.ones(20, np.float32)
        inputs["allowed"][banned::7] = 0.0
        plan(inputs).assert_excludes(inputs["allowed"])


def test_when_everything_is_excluded_nothing_is_played(plan: Engine, base: Base) -> None:
    inputs = some_inputs(base, 12, seed=1) | {"allowed": np.zeros(12, np.float32)}
    made = plan(inputs)
    assert (made.order == -1).all()
    assert (made.scores == MASKED).all()
    assert not made.log_probability.any()
    assert not made.terms.any()


@steady
@given(allowed=st.lists(st.sampled_from([0.0, 0.5, np.nan, -1.0]), min_size=1, max_size=20))
def test_only_a_clear_yes_allows_a_track(plan: Engine, base: Base, allowed: list[float]) -> None:
    inputs = some_inputs(base, len(allowed), seed=3) | {"allowed": np.array(allowed, np.float32)}
    assert (plan(inputs).order == -1).all()


@settings(steady, max_examples=50)
@given(seed=seeds, mask=masks)
def test_what_is_excluded_has_no_say_either(
    plan: Engine, base: Base, seed: int, mask: list[bool]
) -> None:
    inputs = some_inputs(base, len(mask), seed) | {"allowed": np.array(mask, np.float32)}
    damaged = {name: inputs[name].copy() for name in inputs}
    for name in ("features", "recency", "familiarity"):
        damaged[name][~np.array(mask)] = np.nan
    one, other = plan(inputs), plan(damaged)
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, vars(other)[name], err_msg=name)


# Choices


@steady
@given(tracks=lengths, seed=seeds)
def test_without_noise_the_best_scored_track_is_first(
    plan: Engine, base: Base, tracks: int, seed: int
) -> None:
    inputs = still(some_inputs(base, tracks, seed))
    inputs["allowed"] = (np.random.default_rng(seed).random(tracks) < 0.6).astype(np.float32)
    inputs["allowed"][seed % tracks] = 1.0
    made = plan(inputs)
    assert made.order[0] == np.argmax(np.where(inputs["allowed"] > 0.5, made.scores, -np.inf))
    assert (made.scores[inputs["allowed"] == 0] == MASKED).all()


@steady
@given(tracks=lengths, seed=seeds)
def test_what_speaks_for_the_first_track_adds_up_to_its_score(
    plan: Engine, base: Base, tracks: int, seed: int
) -> None:
    made = plan(some_inputs(base, tracks, seed))
    np.testing.assert_allclose(made.terms[0].sum(), made.scores[made.order[0]], atol=1e-6)


@steady
@given(tracks=lengths, seed=seeds, temperature=st.floats(0, 100, width=32))
def test_probabilities_and_deviations_are_such(
    plan: Engine, base: Base, tracks: int, seed: int, temperature: float
) -> None:
    inputs = some_inputs(base, tracks, seed)
    inputs["weights"][TEMPERATURE] = temperature
    made = plan(inputs)
    assert (made.log_probability <= 0).all()
    assert (made.deviation > 0).all()
    assert (np.abs(made.path) <= 1).all()
    if tracks <= MOST_TRACKS:  # the last one left is certain
        assert made.log_probability[tracks - 1] == 0


def test_choices_are_distributed_as_the_softmax_of_their_utility(plan: Engine, base: Base) -> None:
    """First and second choice together: what is known after the first goes into the second."""
    draws, tracks, temperature = 700, 4, 0.3
    inputs = some_inputs(base, tracks + 1, seed=8)
    inputs["allowed"][2] = 0.0
    inputs["weights"][TEMPERATURE] = temperature
    generator = np.random.default_rng(12)
    counts: Counter[tuple[int, int]] = Counter()
    chances: dict[tuple[int, int], float] = {}
    for _ in range(draws):
        inputs["noise"] = generator.gumbel(size=inputs["noise"].shape).astype(np.float32)
        made = plan(inputs)
        pair = (made.chosen[0], made.chosen[1])
        counts[pair] += 1
        chances[pair] = float(np.exp(made.log_probability[:2].sum()))
    softmax = np.exp(made.scores / temperature)
    for (first, _), chance in chances.items():
        of_first = sum(chance for pair, chance in chances.items() if pair[0] == first)
        assert of_first == pytest.approx(softmax[first] / softmax.sum(), rel=1e-4)
    pairs = sorted(chances)
    assert len(pairs) == tracks * (tracks - 1)
    expected = np.array([chances[pair] for pair in pairs], np.float64)
    assert expected.sum() == pytest.approx(1.0, abs=1e-5)
    observed = [counts[pair] for pair in pairs]
    assert chisquare(observed, draws * expected / expected.sum()).pvalue > 0.01


def test_a_hot_choice_is_almost_even_and_a_cold_one_almost_sure(plan: Engine, base: Base) -> None:
    inputs = still(some_inputs(base, 10, seed=2))
    inputs["weights"][TEMPERATURE] = 1e6
    np.testing.assert_allclose(plan(inputs).log_probability[0], -np.log(10), atol=1e-4)
    inputs["weights"][TEMPERATURE] = 0.0
    assert plan(inputs).log_probability[0] > np.log(0.5)


@settings(steady, max_examples=50)
@given(tracks=lengths, seed=seeds, length=st.integers(1, MOST_TRACKS - 1))
def test_the_first_choices_do_not_depend_on_what_the_curve_does_later(
    plan: Engine, base: Base, tracks: int, seed: int, length: int
) -> None:
    inputs = some_inputs(base, tracks, seed)
    other = inputs | {"curve": inputs["curve"].copy()}
    other["curve"][length:] = np.random.default_rng(seed).random(MOST_TRACKS - length)
    one, two = plan(inputs), plan(other)
    for name in ("order", "waypoints", "path", "deviation", "log_probability", "terms"):
        np.testing.assert_array_equal(vars(one)[name][:length], vars(two)[name][:length], name)


# What the terms mean


def predicted(base: Base, inputs: Inputs, row: int, mood: Any) -> tuple[Any, Any]:
    """What the learner says of one track: mean [3] and variance [3]."""
    with torch.inference_mode():
        mean, variance = base.learner.predict(
            torch.from_numpy(inputs["vector"]),
            torch.from_numpy(inputs["features"][[row]]),
            torch.from_numpy(np.asarray(mood, np.float32)[None]),
        )
    return mean[0].numpy(), variance[0].numpy()


def assert_path_is_predicted(plan: Engine, base: Base, inputs: Inputs) -> None:
    """And what was unsure of one mood goes, as far as moods persist, into the next."""
    belief = base.learner.belief(torch.from_numpy(inputs["vector"]))
    persistence = np.diag((base.learner.trust(belief)[1:] * belief.mean[-2:]).numpy())
    carried = base.learner.carry.weight[LIKING + 1 :].detach().numpy() + persistence
    made = plan(inputs)
    mood, unsure = inputs["mood"], np.zeros(2)
    for step, row in enumerate(made.chosen):
        mean, variance = predicted(base, inputs, row, mood)
        unsure = variance[1:] + carried**2 @ unsure
        np.testing.assert_allclose(made.path[step], np.clip(mean[1:], -1, 1), atol=1e-5)
        np.testing.assert_allclose(made.deviation[step] ** 2, unsure, atol=1e-5)
        distance = np.linalg.norm(made.path[step] - made.waypoints[step])
        np.testing.assert_allclose(made.terms[step, 0], -distance, atol=1e-5)
        mood = made.path[step]


@settings(steady, max_examples=50)
@given(seed=seeds)
def test_the_path_is_what_the_learner_predicts_step_after_step(
    plan: Engine, base: Base, seed: int
) -> None:
    assert_path_is_predicted(plan, base, some_inputs(base, 15, seed))


def with_all_that_there_is() -> Base:
    """A base of random numbers that is cautious, tells steady patients from others, and knows items
    beside their content."""
    torch.manual_seed(2)
    learner = RelationLearner(RelationSettings(features=5, relations=2, items=True)).eval()
    buffers = {
        "covariance": 0.05 * torch.eye(learner.settings.coordinates),
        "coupling": torch.tril(torch.full((3, 3), 0.3), -1),
        "caution": torch.tensor([2.0, 3.0, 4.0]),
        "steadiness": torch.tensor([4.0, 8.0, 16.0]),
    }
    learner.load_state_dict(learner.state_dict() | buffers)
    return Base(learner, "five-1", (0.3, 0.0, 0.2, 0.1, 0.0))


def test_items_caution_and_steadiness_go_into_the_path_and_only_content_into_jumps() -> None:
    base = with_all_that_there_is()
    spec = playlist_graph(base)
    plan = Engine("PyTorch", spec.run)
    for seed in range(5):
        inputs = spec.sample(15, np.random.default_rng(seed)) | {"allowed": np.ones(15, np.float32)}
        belief = base.learner.belief(torch.from_numpy(inputs["vector"]))
        assert (base.learner.trust(belief) < 0.97).all()
        assert_path_is_predicted(plan, base, inputs)
        made = plan(still(weighing(inputs, transition=1.0)))
        style = base.learner.standardised(torch.from_numpy(inputs["features"])).numpy()
        jumps = np.diff((style * np.array(base.transition))[made.order], axis=0)
        np.testing.assert_allclose(-made.terms[1:, 3], np.linalg.norm(jumps, axis=1), atol=1e-5)


def test_weights_weigh_what_they_are_called(plan: Engine, base: Base) -> None:
    inputs = still(some_inputs(base, 30, seed=4))
    plain = plan(weighing(inputs))
    rows = range(30)

    def added(**weights: float) -> Any:
        return plan(weighing(inputs, **weights)).scores - plain.scores

    likings = [predicted(base, inputs, row, inputs["mood"])[0][LIKING] for row in rows]
    np.testing.assert_allclose(added(liking=0.5), 0.5 * np.array(likings), atol=1e-5)
    np.testing.assert_allclose(added(familiarity=0.2), 0.2 * inputs["familiarity"], atol=1e-6)
    np.testing.assert_allclose(added(fatigue=0.7), -0.7 * inputs["recency"], atol=1e-6)
    np.testing.assert_allclose(added(exploration=0.6), 0.6 * unknown(base, inputs), atol=1e-5)
    np.testing.assert_allclose(added(transition=5.0), 0.0, atol=1e-6)  # nothing came before


def unknown(base: Base, inputs: Inputs) -> Any:
    """Standard deviation [N] of what is not known of the patient's liking: of an answer, less what
    nobody could know."""
    learner, vector = base.learner, torch.from_numpy(inputs["vector"])
    features = torch.from_numpy(inputs["features"])
    with torch.inference_mode():
        _, variance = learner.predict(vector, features, torch.zeros(len(features), 2))
        own = learner.own_noise(learner.belief(vector))
    return (variance - own)[:, LIKING].sqrt().numpy()


@settings(steady, max_examples=50)
@given(seed=seeds)
def test_without_a_weight_on_exploration_nobody_is_explored(
    plan: Engine, base: Base, seed: int
) -> None:
    """What is not known of the liking has no say: the utility is that of the other terms."""
    inputs = some_inputs(base, 20, seed)
    inputs["weights"][EXPLORATION] = 0.0
    made = plan(inputs)
    assert not made.terms[:, EXPLORATION + 1].any()
    np.testing.assert_allclose(
        made.terms[0, : EXPLORATION + 1].sum(), made.scores[made.order[0]], atol=1e-6
    )


def test_the_more_exploration_weighs_the_less_known_are_the_tracks(
    plan: Engine, base: Base
) -> None:
    """Of a patient who rated ten of the tracks; what is excluded is not explored either."""
    inputs = some_inputs(base, 40, seed=11)
    rated, learner = torch.from_numpy(inputs["features"][:10]), base.learner
    with torch.inference_mode():
        answers = torch.zeros(10, 3), torch.ones(10, 3)
        vector = learner.adapt(learner.prior(), rated, torch.zeros(10, 2), *answers)
    inputs |= {"vector": vector.numpy()}
    spread = unknown(base, inputs)
    inputs["allowed"][np.argsort(spread)[-5:]] = 0.0
    means = []
    for weight in (0.0, 1.0, 30.0):
        made = plan(still(weighing(inputs, liking=0.3, exploration=weight)))
        made.assert_excludes(inputs["allowed"])
        terms = weight * spread[made.order]
        np.testing.assert_allclose(made.terms[:, EXPLORATION + 1], terms, rtol=1e-4, atol=1e-5)
        means.append(spread[made.order].mean())
    assert means[0] < means[1] < means[2]
    least_known = np.argsort(spread)[-5 - MOST_TRACKS : -5]
    assert set(made.order.tolist()) == set(least_known.tolist())


def test_a_jump_in_sound_speaks_against_the_next_track(plan: Engine, base: Base) -> None:
    inputs = still(weighing(some_inputs(base, 30, seed=6), transition=0.4))
    made = plan(inputs)
    assert made.terms[0, 3] == 0
    with torch.inference_mode():
        seen = base.learner.standardised(torch.from_numpy(inputs["features"])).numpy()
    style = seen * np.array(base.transition)
    for step in range(1, MOST_TRACKS):
        jump = np.linalg.norm(style[made.order[step]] - style[made.order[step - 1]])
        np.testing.assert_allclose(made.terms[step, 3], -0.4 * jump, atol=1e-5)
    smooth = plan(still(weighing(inputs, transition=5.0)))
    jumps = np.abs(smooth.terms[1:, 3] / 5.0).sum()
    assert jumps < np.abs(made.terms[1:, 3] / 0.4).sum()


def test_the_playlist_goes_where_the_plan_wants_to_go(plan: Engine, base: Base) -> None:
    """Aiming high or low in arousal, on the same tracks, ends in different moods."""
    ends = {}
    for arousal in (-0.6, 0.6):
        inputs = still(weighing(some_inputs(base, 40, seed=5)))
        inputs |= {"mood": np.zeros(2, np.float32), "target": np.array([0.2, arousal], np.float32)}
        ends[arousal] = plan(inputs).path[-1, 1]
    assert ends[0.6] > ends[-0.6] + 0.1
