"""What first ratings are worth: tuned on the computation that is served, and tuned rightly."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from adaptation.learning import early_ratings
from adaptation.learning.early_ratings import (
    FEWEST_SERIES,
    FIRST,
    PARTS,
    SHOTS,
    STEADINESS,
    Calibration,
    Episodes,
    answers_after,
    calibrate,
    episodes_of,
    interval_widths,
    read,
    tensors,
    trials,
    uncalibrated,
)
from adaptation.learning.expectation import Design
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats
from adaptation.learning.relation import GAUSSIAN_WIDTHS, LEVELS, RelationLearner
from tests.adaptation.learning.first_ratings import hierarchy_of, people
from tests.adaptation.learning.made_up import made_up_learner

SERIES, LENGTH, FEATURES = 7, 15, 4
ONE_KIND = np.zeros(1, np.int64)

# What is tuned is what is served


def some_learner(seed: int) -> RelationLearner:
    """A learner with random numbers everywhere, in float64."""
    torch.manual_seed(seed)
    learner = made_up_learner(seed, features=FEATURES, relations=2).double()
    learner.covariance = (learner.covariance + learner.covariance.T) / 2  # to the last digit
    learner.caution = torch.rand(3).double() * 2
    learner.patience = torch.tensor([0.0, 2.0, 4.0], dtype=torch.float64)
    learner.steadiness = torch.rand(3).double() * 20
    return learner


def calibration_of(learner: RelationLearner) -> Calibration:
    """The same numbers, as tuning holds them."""
    factor = learner.coupling + torch.eye(3).double()
    noise = factor @ torch.diag(learner.support_noise) @ factor.T
    return Calibration(
        learner.covariance.numpy(),
        noise.numpy(),
        learner.answer_noise.numpy(),
        learner.caution.numpy(),
        learner.patience.numpy(),
        learner.steadiness.numpy(),
    )


@dataclass(frozen=True)
class Histories:
    """What some people rated, one after the other, as the learner reads it."""

    features: Tensor  # [SERIES, LENGTH, F]
    mood: Tensor
    outcome: Tensor
    weight: Tensor

    @classmethod
    def of(cls, weights: Floats, seed: int) -> "Histories":
        """Every row's answers count as one of `weights` [n, 3] says."""
        draw = torch.Generator().manual_seed(seed)

        def uniform(width: int) -> Tensor:
            return torch.rand(SERIES, LENGTH, width, generator=draw, dtype=torch.float64) * 2 - 1

        kinds = torch.randint(len(weights), (SERIES, LENGTH), generator=draw)
        weight = torch.from_numpy(np.asarray(weights, np.float64))[kinds]
        return cls(2 * uniform(FEATURES), uniform(2), uniform(3), weight)

    def episodes(self, learner: RelationLearner) -> Episodes:
        """As training sees them."""
        with torch.inference_mode():
            rows = learner.rows(self.features, self.mood).flatten(0, 1).numpy()
            residual = self.outcome - learner.expected(self.features, self.mood)
        person = np.repeat(np.arange(SERIES), LENGTH)
        weight = self.weight.flatten(0, 1).numpy()
        columns = np.zeros((len(person), 0))
        answers = np.where(weight > 0, self.outcome.flatten(0, 1).numpy(), 0.0)
        fitted = hierarchy_of(learner.covariance.numpy(), np.eye(3))
        fitted = replace(fitted, residual=residual.flatten(0, 1).numpy())
        design = Design(columns, np.zeros(0, int), rows, answers, weight, person * 0, person)
        episodes = episodes_of(design, fitted, person)
        assert episodes is not None
        return episodes

    def served(self, learner: RelationLearner, shots: int) -> tuple[Tensor, Tensor, Tensor]:
        """The vector after the first ratings, and what it predicts of the later ones."""
        first, later = slice(0, shots), slice(FIRST, LENGTH)
        with torch.inference_mode():
            vector = learner.adapt(
                learner.prior().double().expand(SERIES, -1),
                self.features[:, first],
                self.mood[:, first],
                self.outcome[:, first],
                self.weight[:, first],
            )
            mean, variance = learner.predict(vector, self.features[:, later], self.mood[:, later])
        return vector, mean, variance


ALL, LIKING_ALONE = [1, 1, 1], [1, 0, 0]
WEIGHTS = {
    "all answers": [ALL],
    "with liking alone": [ALL, LIKING_ALONE],
    "one mood missing": [ALL, [1, 1, 0], [1, 0, 1]],
    "nothing told": [ALL, [0, 0, 0]],
    "shared ways": [ALL, LIKING_ALONE, [1, 0.5, 0.5], [1, 1 / 3, 1 / 3]],
    "shared rows": [ALL, [0.5, 0.5, 0.5]],
}


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_the_exported_module_answers_as_tuning_thinks_it_does(weights: list[list[float]]) -> None:
    learner, histories = some_learner(5), Histories.of(np.array(weights), seed=5)
    episodes, calibration = histories.episodes(learner), calibration_of(learner)
    with torch.inference_mode():
        later = (histories.features[:, FIRST:], histories.mood[:, FIRST:])
        rows, expected = learner.rows(*later), learner.expected(*later)
    for shots in SHOTS:
        tuned = answers_after(episodes, shots, *tensors(calibration))
        vector, mean, variance = histories.served(learner, shots)
        belief = learner.belief(vector)
        torch.testing.assert_close((rows * belief.mean[:, None, None, :]).sum(-1), tuned.known)
        unknown = ((rows @ belief.covariance[:, None]) * rows).sum(-1)
        torch.testing.assert_close(unknown, tuned.unknown)
        known, read_variance = read(tuned, calibration)
        torch.testing.assert_close(mean, expected + known)
        torch.testing.assert_close(variance, read_variance)


# Episodes


def histories_of(lengths: list[int]) -> tuple[Design, Hierarchy]:
    """Rows of one answer, whose residual tells which row it is: person · 100 + number."""
    person = np.repeat(np.arange(len(lengths)), lengths)
    number = np.concatenate([np.arange(length) for length in lengths])
    rows = np.ones((len(person), 1, 1))
    weight = np.ones((len(person), 1))
    design = Design(weight, np.zeros(1, int), rows, weight, weight, person * 0, person)
    fitted = hierarchy_of(np.eye(1), np.eye(1))
    return design, replace(fitted, residual=(person * 100.0 + number)[:, None])


def test_the_first_ten_of_a_series_are_the_support_and_the_others_the_query() -> None:
    lengths = [11, 14, 30, 12, 13, 11]
    design, fitted = histories_of(lengths)
    episodes = episodes_of(design, fitted, design.person)
    assert episodes is not None
    for person, length in enumerate(lengths):
        numbers = person * 100.0 + np.arange(length)
        assert episodes.residual[person, :, 0].tolist() == numbers[:FIRST].tolist()
        later = length - FIRST
        assert episodes.query_residual[person, :later, 0].tolist() == numbers[FIRST:].tolist()
        assert episodes.query_weight[person, :, 0].tolist() == [1.0] * later + [0.0] * (20 - later)
    assert episodes.person.tolist() == list(range(6))


def test_short_series_and_rows_of_no_series_make_no_episode() -> None:
    design, fitted = histories_of([*[12] * FEWEST_SERIES, 10, 12])
    series = np.where(design.person == FEWEST_SERIES + 1, -1, design.person)
    episodes = episodes_of(design, fitted, series)
    assert episodes is not None
    assert episodes.person.tolist() == list(range(FEWEST_SERIES))
    few = np.where(design.person == 0, -1, series)
    assert episodes_of(design, fitted, few) is None


def test_two_series_of_a_person_are_two_episodes() -> None:
    design, fitted = histories_of([24] * 3)
    series = np.arange(len(design.person)) // 12
    episodes = episodes_of(design, fitted, series)
    assert episodes is not None
    assert episodes.person.tolist() == [0, 0, 1, 1, 2, 2]


# Tuning


def tuned(
    episodes: Episodes, *, spread: float = 1.0, noise: float = 1.0
) -> tuple[Calibration, Calibration]:
    """The calibration on top of a hierarchy that says this, and the hierarchy's own."""
    fitted = hierarchy_of(np.eye(1) * spread, np.eye(1) * noise)
    return calibrate(fitted, episodes, ONE_KIND), uncalibrated(fitted)


def test_what_the_hierarchy_has_right_is_left_as_it_is() -> None:
    calibration, _ = tuned(people(400))
    np.testing.assert_allclose(calibration.spread, 1.0, rtol=0.2)
    np.testing.assert_allclose(calibration.answer_noise, 1.0, rtol=0.05)
    np.testing.assert_allclose(calibration.support_noise, 1.0, rtol=0.35)
    assert calibration.caution[0] < 0.3
    assert calibration.steadiness[0] == STEADINESS[-1]


@pytest.mark.parametrize("times", [1 / 4, 4])
def test_what_the_hierarchy_has_wrong_is_put_right(times: float) -> None:
    calibration, _ = tuned(people(400), spread=times, noise=1 / times)
    np.testing.assert_allclose(calibration.spread, 1.0, rtol=0.25)
    np.testing.assert_allclose(calibration.answer_noise, 1.0, rtol=0.05)


def squared_error(calibration: Calibration, episodes: Episodes, shots: int) -> float:
    mean, _ = read(answers_after(episodes, shots, *tensors(calibration)), calibration)
    return float(((episodes.query_residual - mean) ** 2).mean())


def test_people_are_believed_later_where_their_first_rating_misleads() -> None:
    """And new people like them are answered better for it."""
    misled = np.where(np.arange(FIRST) < 1, 4.0, 0.0)
    calibration, plain = tuned(people(misled=misled))
    steady, _ = tuned(people())
    assert calibration.caution[0] > steady.caution[0] + 0.2
    new, at_once = people(misled=misled, seed=1), replace(calibration, caution=np.zeros(1))
    assert squared_error(calibration, new, 1) < 0.98 * squared_error(at_once, new, 1)
    for shots in (1, 3):
        assert squared_error(calibration, new, shots) < 0.8 * squared_error(plain, new, shots)
    assert squared_error(calibration, new, 10) < 0.8 * squared_error(calibration, new, 0)


def test_where_some_people_are_noisier_their_own_ratings_say_who() -> None:
    noise = np.where(np.arange(150) % 2, 1.4, 0.3)[:, None]
    episodes = people(noise=noise)
    calibration, _ = tuned(episodes)
    assert calibration.steadiness[0] <= 8
    _, variance = read(answers_after(episodes, 10, *tensors(calibration)), calibration)
    own = variance.numpy().mean((1, 2))
    assert own[1::2].mean() > 2.5 * own[::2].mean()
    alike = replace(calibration, steadiness=np.array([STEADINESS[-1]]))
    better, worse = (
        float(early_ratings.surprises(one, people(noise=noise, seed=1)).mean())
        for one in (calibration, alike)
    )
    assert better < worse - 0.5


def test_surprise_is_the_negative_log_likelihood_of_what_is_served() -> None:
    """But for the constant, a mean over K, a sum over the queries of a series."""
    episodes = people(20, noise=0.7)
    calibration, _ = tuned(episodes)
    expected = np.zeros(20)
    for shots in SHOTS:
        mean, variance = (
            values.numpy()
            for values in read(answers_after(episodes, shots, *tensors(calibration)), calibration)
        )
        error = episodes.query_residual.numpy() - mean
        expected += (0.5 * error**2 / variance + 0.5 * np.log(variance)).sum((1, 2)) / len(SHOTS)
    np.testing.assert_allclose(early_ratings.surprises(calibration, episodes), expected)


def covered(widths: Floats, calibration: Calibration, episodes: Episodes) -> list[float]:
    """The share of the answers within each interval, over all K."""
    inside: list[list[float]] = []
    for shots in SHOTS:
        mean, variance = read(answers_after(episodes, shots, *tensors(calibration)), calibration)
        away = ((episodes.query_residual - mean).abs() / variance.sqrt()).numpy()
        inside.append([float((away < width).mean()) for width in np.asarray(widths).reshape(-1)])
    return list(np.mean(inside, axis=0))


def test_intervals_hold_what_they_promise_though_answers_are_no_gaussians() -> None:
    """On people who were not tuned on; a Gaussian's widths do not."""
    calibration, _ = tuned(people(300, offset=0.5, tails=2.5, noise=0.6))
    widths = interval_widths(calibration, people(300, offset=0.5, tails=2.5, noise=0.6))
    assert widths.shape == (len(LEVELS), 1)
    new = people(300, offset=0.5, tails=2.5, noise=0.6, seed=1)
    np.testing.assert_allclose(covered(widths, calibration, new), LEVELS, atol=0.025)
    gaussian = covered(np.array(GAUSSIAN_WIDTHS), calibration, new)
    assert gaussian[0] > 0.6
    assert gaussian[1] > 0.85


def test_without_answers_intervals_are_a_gaussians() -> None:
    episodes = people(10)
    silent = replace(episodes, query_weight=torch.zeros_like(episodes.query_weight))
    calibration = uncalibrated(hierarchy_of(np.eye(1), np.eye(1)))
    assert interval_widths(calibration, silent)[:, 0].tolist() == list(GAUSSIAN_WIDTHS)
    assert early_ratings.gaussian_widths(1)[:, 0].tolist() == list(GAUSSIAN_WIDTHS)


def test_what_was_not_answered_does_not_count() -> None:
    """Neither in the queries nor among the first ratings, whatever stands there."""
    episodes = people(30)
    generator = torch.Generator().manual_seed(1)
    weight = (torch.rand(episodes.weight.shape, generator=generator) < 0.6).double()
    query_weight = (torch.rand(episodes.query_weight.shape, generator=generator) < 0.6).double()
    silenced = replace(episodes, weight=weight, query_weight=query_weight)
    nonsense = replace(
        silenced,
        residual=torch.where(weight > 0, episodes.residual, 50.0),
        query_residual=torch.where(query_weight > 0, episodes.query_residual, 50.0),
    )
    one, other = (tuned(given)[0] for given in (silenced, nonsense))
    for name in ("spread", "support_noise", "answer_noise", "caution", "steadiness"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), err_msg=name)
    np.testing.assert_allclose(interval_widths(one, silenced), interval_widths(one, nonsense))


def test_a_trial_is_of_people_whom_its_calibration_was_not_tuned_on() -> None:
    made = people(12)
    twice = Episodes(
        *(torch.cat([getattr(made, name)] * 2) for name in list(vars(made))[:-1]),
        np.concatenate([made.person] * 2),
    )
    fitted = hierarchy_of(np.eye(1), np.eye(1))
    found = trials(fitted, twice, ONE_KIND)
    assert len(found) == PARTS
    asked = [set(episodes.person.tolist()) for _, episodes in found]
    assert sorted(one for part in asked for one in part) == list(range(12))
    assert sum(len(episodes.person) for _, episodes in found) == 24
    for tuned, episodes in found:
        others = twice.of(np.setdiff1d(np.arange(12), episodes.person))
        again = calibrate(fitted, others, ONE_KIND)
        np.testing.assert_array_equal(tuned.spread, again.spread)
    assert len({float(tuned.spread[0, 0]) for tuned, _ in found}) == PARTS
