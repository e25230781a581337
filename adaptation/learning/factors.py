"""Relation features: what tells items apart in how people differ about them.

What is left of an answer when the population's and the person's own mean are taken away is modelled
as a product, e = s · q, of the person's slopes s ~ N(0, I) and the item's place q: probabilistic
matrix factorisation (Salakhutdinov & Mnih 2008) whose items have a regression on their content as
prior mean, q ~ N(Wᵀc, ψI) (Agarwal & Chen 2009, doi 10.1145/1557019.1557029), fitted by EM. So an
item that nobody rated has a place, and one that many rated may lie elsewhere than its content says.
A person's slopes for one answer are a person of their own here; all answers share the places.
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import Floats, Truths, Whole

ITERATIONS = 20
PARTS = 5  # of the people, each left out once
FEWEST_PEOPLE = 2  # an item has a place of its own when this many people rated it


@dataclass(frozen=True)
class Residuals:
    """M residuals: of which person, about which item, of which answer."""

    person: Whole  # [M]
    item: Whole  # [M]
    answer: Whole  # [M]
    value: Floats  # [M]
    weight: Floats  # [M] in 0..1

    def of(self, rows: Truths) -> "Residuals":
        """Those of some rows."""
        return Residuals(
            self.person[rows],
            self.item[rows],
            self.answer[rows],
            self.value[rows],
            self.weight[rows],
        )


@dataclass(frozen=True)
class Factors:
    """The learned places."""

    content: Floats  # W [F, r]
    beside: Floats  # q − Wᵀc [I, r]; 0 for items that too few people rated
    left_out: Floats  # [M, r] the item's place, learned without the residual's own person


def fit(residuals: Residuals, content: Floats, *, relations: int, seed: int) -> Factors:
    """Places of items with content [I, F] in `relations` dimensions."""
    rated = _rated_by_enough(residuals, len(content))
    state = _em(residuals, content, _start(content, relations, seed))
    left_out = _without_own(residuals, content, state)
    scale = np.maximum(state.place.std(0), 1e-3)
    beside = np.where(rated[:, None], state.place - content @ state.content, 0.0)
    return Factors(state.content / scale, beside / scale, left_out / scale)


def _em(residuals: Residuals, content: Floats, state: "_State") -> "_State":
    rated = _rated_by_enough(residuals, len(content))
    who, centred = _centred(residuals)
    for _ in range(ITERATIONS):
        slopes, unsure = _slopes(residuals, centred, who, state)
        state = _places(residuals, centred, slopes[who], unsure[who], content, rated, state)
    return state


@dataclass(frozen=True)
class _State:
    place: Floats  # q [I, r]
    content: Floats  # W [F, r]
    between: float  # ψ
    noise: Floats  # σ² [answers]


def _start(content: Floats, relations: int, seed: int) -> _State:
    """The main directions of the content; a little noise where it has fewer."""
    generator = np.random.default_rng(seed)
    weights = generator.normal(0, 0.02, (content.shape[1], relations))
    if content.shape[1]:
        directions = np.linalg.svd(content - content.mean(0), full_matrices=False)[2][:relations]
        weights[:, : len(directions)] += 0.3 * directions.T / np.sqrt(content.shape[1])
    place = content @ weights + generator.normal(0, 0.1, (len(content), relations))
    return _State(place, weights, 0.05, np.empty(0))


def _rated_by_enough(residuals: Residuals, items: int) -> Truths:
    pairs = np.unique(np.column_stack([residuals.item, residuals.person]), axis=0)
    return np.bincount(pairs[:, 0], minlength=items) >= FEWEST_PEOPLE


def _centred(residuals: Residuals) -> tuple[Whole, Floats]:
    """Whose slopes each residual is about [M], and its value less that one's mean."""
    pairs = np.column_stack([residuals.person, residuals.answer])
    _, who = np.unique(pairs, axis=0, return_inverse=True)
    who = who.reshape(-1)
    total = np.bincount(who, residuals.weight * residuals.value)
    return who, residuals.value - (total / np.bincount(who, residuals.weight).clip(1e-9))[who]


def _slopes(
    residuals: Residuals, centred: Floats, who: Whole, state: _State
) -> tuple[Floats, Floats]:
    """Posterior mean [S, r] and covariance [S, r, r] of every one's slopes."""
    noise = _noise_of(residuals, centred, state)
    place = state.place[residuals.item]
    certain = residuals.weight / noise
    people, width = int(who.max()) + 1, place.shape[1]
    precision = np.tile(np.eye(width), (people, 1, 1))
    np.add.at(precision, who, certain[:, None, None] * place[:, :, None] * place[:, None, :])
    told = np.zeros((people, width))
    np.add.at(told, who, (certain * centred)[:, None] * place)
    covariance: Floats = np.asarray(np.linalg.inv(precision), np.float64)
    return (covariance @ told[:, :, None])[..., 0], covariance


def _noise_of(residuals: Residuals, centred: Floats, state: _State) -> Floats:
    """σ² of every residual [M]; before the first iteration the residuals' own variance."""
    if len(state.noise):
        return np.asarray(state.noise[residuals.answer])
    total = np.bincount(residuals.answer, residuals.weight * centred**2)
    count = np.bincount(residuals.answer, residuals.weight).clip(1e-9)
    return np.asarray((total / count).clip(1e-6)[residuals.answer])


def _told_by_rows(
    residuals: Residuals, centred: Floats, slopes: Floats, unsure: Floats, state: _State
) -> tuple[Floats, Floats]:
    """What each residual adds to its item's precision [M, r, r] and weighted place [M, r]."""
    certain = residuals.weight / _noise_of(residuals, centred, state)
    second = slopes[:, :, None] * slopes[:, None, :] + unsure
    return certain[:, None, None] * second, (certain * centred)[:, None] * slopes


def _places(
    residuals: Residuals,
    centred: Floats,
    slopes: Floats,
    unsure: Floats,
    content: Floats,
    rated: Truths,
    state: _State,
) -> _State:
    width = slopes.shape[1]
    row_precision, row_told = _told_by_rows(residuals, centred, slopes, unsure, state)
    precision = np.tile(np.eye(width) / state.between, (len(content), 1, 1))
    told = content @ state.content / state.between
    np.add.at(precision, residuals.item, row_precision)
    np.add.at(told, residuals.item, row_told)
    covariance = np.linalg.inv(precision)
    place = (covariance @ told[:, :, None])[..., 0]
    weights = _regression(content[rated], place[rated], state)
    beside = place[rated] - content[rated] @ weights
    spread = np.trace(covariance[rated].sum(0)) / max(rated.sum() * width, 1)
    between = float(np.square(beside).mean() + spread) if rated.any() else state.between
    place = np.where(rated[:, None], place, content @ weights)
    error = centred - (slopes * place[residuals.item]).sum(1)
    error = error**2 + np.einsum(
        "mi,mij,mj->m", place[residuals.item], unsure, place[residuals.item]
    )
    count = np.bincount(residuals.answer, residuals.weight).clip(1e-9)
    noise = np.bincount(residuals.answer, residuals.weight * error) / count
    return _State(place, weights, max(between, 1e-6), noise.clip(1e-6))


def _regression(content: Floats, place: Floats, state: _State) -> Floats:
    """W, drawn to 0 as far as its own size says (a ridge whose strength follows by EM)."""
    if not content.shape[1] or not len(content):
        return state.content
    strength = state.between / max(float(np.square(state.content).mean()), 1e-6)
    gram = content.T @ content + strength * np.eye(content.shape[1])
    return np.asarray(np.linalg.solve(gram, content.T @ place))


def _without_own(residuals: Residuals, content: Floats, state: _State) -> Floats:
    """Every residual's item as people other than its own would place it [M, r]: one part of the
    people after the other is left out, and EM goes on without it from where it ended. So nothing
    that someone said is in their own places, nor in what others are thought to be like."""
    people = np.unique(residuals.person)
    place = np.empty((len(residuals.person), state.place.shape[1]))
    for part in range(PARTS):
        theirs = np.isin(residuals.person, people[part::PARTS])
        if theirs.any():
            place[theirs] = _em(residuals.of(~theirs), content, state).place[residuals.item[theirs]]
    return place
