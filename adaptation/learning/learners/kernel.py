"""The Gaussian process's covariance of two answers, and the evidence for it.

A sum of parts (Rasmussen & Williams 2006, section 4.2.4): what everyone shares, by item, content
and mood before, and what is one person's own, by the same. All variances are relative to
standardised answers. An intercept, and one more for auxiliary rows, have a variance of 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

from adaptation.learning.learners import moods
from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.ratings import Floats, RatingSet, Target, Truths, Whole

PARTS = (
    "item",
    "content",
    "mood",
    "person",
    "person × content",
    "person × mood",
    "person × setting",
)
BY_CONTENT = (PARTS.index("content"), PARTS.index("person × content"))
STEPS = 25  # of L-BFGS, at most

# Weak normal priors of the logarithms: variances of the parts, noise in each setting, length.
PRIOR_MEAN = np.log([*[0.1] * len(PARTS), 0.5, 0.5, 1.0])
PRIOR_SPREAD = np.array([*[1.5] * len(PARTS), 1.0, 1.0, 0.5])


@dataclass(frozen=True)
class Points:
    """What the kernel reads of N rows."""

    content: Floats  # [N, F], divided by √F: a length of 1 is a typical distance
    mood: Floats  # [N, 6]
    personal: Floats  # [N, 1 or 2], the mood as people may differ in it
    user: Whole  # [N]
    item: Whole  # [N]
    setting: Whole  # [N]; 0: field, 1: auxiliary

    @classmethod
    def of(cls, inputs: Inputs, rows: RatingSet, target: Target) -> "Points":
        content = inputs.content(rows) / np.sqrt(max(len(inputs.centre), 1))
        mood = inputs.of(rows)[:, -6:]
        return cls(
            content,
            mood,
            moods.personal(rows, target),
            rows.user,
            rows.item,
            rows.auxiliary.astype(np.int64),
        )

    def __len__(self) -> int:
        return len(self.user)

    def at(self, which: Truths) -> "Points":
        return Points(
            self.content[which],
            self.mood[which],
            self.personal[which],
            self.user[which],
            self.item[which],
            self.setting[which],
        )


@dataclass(frozen=True)
class Pairs:
    """What the kernel reads of each pair of A and B points: all [A, B]."""

    item: Floats  # 1 where it is the same one; so are person and setting
    person: Floats
    setting: Floats
    mood: Floats  # product
    personal: Floats  # product of the personal moods
    distance: Floats  # squared, of the content
    intercepts: Floats

    @classmethod
    def of(cls, a: Points, b: Points) -> "Pairs":
        lengths = np.square(a.content).sum(1)[:, None] + np.square(b.content).sum(1)
        return cls(
            item=_same(a.item, b.item),
            person=_same(a.user, b.user),
            setting=_same(a.setting, b.setting),
            mood=a.mood @ b.mood.T,
            personal=a.personal @ b.personal.T,
            distance=np.maximum(lengths - 2 * a.content @ b.content.T, 0.0),
            intercepts=np.asarray(1 + a.setting[:, None] * b.setting, float),
        )

    def parts(self, alike: Floats) -> Iterator[Floats]:
        """[A, B] for each of PARTS, with a variance of 1; `alike` [A, B] is for the content."""
        yield self.item
        yield alike
        yield self.mood
        yield self.person
        yield self.person * alike
        yield self.person * self.personal
        yield self.person * self.setting


@dataclass(frozen=True)
class Kernel:
    """`log` holds the logarithms of the variances of PARTS, the two noises and the length scale."""

    log: Floats  # [len(PARTS) + 3]

    @property
    def variances(self) -> Floats:
        """[len(PARTS)]."""
        return np.exp(self.log[: len(PARTS)])

    @property
    def noise(self) -> Floats:
        """[2], variance of one answer in each setting."""
        return np.exp(self.log[-3:-1])

    def between(self, a: Points, b: Points) -> Floats:
        """Covariances [A, B] of the answers at two lots of points, without noise."""
        return self.of(Pairs.of(a, b))

    def of(self, pairs: Pairs) -> Floats:
        """[A, B], as `between`."""
        total = pairs.intercepts.copy()
        for variance, part in zip(self.variances, pairs.parts(self.alike(pairs)), strict=True):
            total += variance * part
        return total

    def alike(self, pairs: Pairs) -> Floats:
        """[A, B] in 0..1, the squared-exponential kernel of the content."""
        return np.asarray(np.exp(-0.5 * pairs.distance * np.exp(-2 * self.log[-1])))


def fit(points: Points, y: Floats, weight: Floats) -> Kernel:
    """The kernel that the answers y [N] speak for most, the maximum of the evidence (Rasmussen &
    Williams 2006, section 5.4.1) under weak priors; weight [N] divides an answer's noise."""
    pairs = Pairs.of(points, points)
    settings = np.eye(2)[points.setting] / weight[:, None]
    found = minimize(
        lambda log: _loss(Kernel(log), pairs, settings, y),
        PRIOR_MEAN,
        jac=True,
        method="L-BFGS-B",
        bounds=[(mean - 8, mean + 8) for mean in PRIOR_MEAN],
        options={"maxiter": STEPS},
    )
    return Kernel(found.x)


def _loss(kernel: Kernel, pairs: Pairs, settings: Floats, y: Floats) -> tuple[float, Floats]:
    """Minus the log posterior density of the kernel's logarithms, and its gradient; `settings`
    [N, 2] says how often each setting's noise is in an answer."""
    covariance = kernel.of(pairs)
    covariance[np.diag_indices(len(y))] += settings @ kernel.noise
    factor = np.asarray(np.linalg.cholesky(covariance), np.float64)
    inverse = _inverse(factor)
    weights = inverse @ y
    apart = (kernel.log - PRIOR_MEAN) / PRIOR_SPREAD
    loss = 0.5 * y @ weights + np.log(np.diag(factor)).sum() + 0.5 * apart @ apart
    pull = 0.5 * (inverse - np.outer(weights, weights))
    return loss, _gradient(kernel, pairs, settings, pull) + apart / PRIOR_SPREAD


def _gradient(kernel: Kernel, pairs: Pairs, settings: Floats, pull: Floats) -> Floats:
    """Of minus the log evidence, from its derivative `pull` [N, N] in the covariance."""
    alike = kernel.alike(pairs)
    parts = np.array([np.vdot(pull, part) for part in pairs.parts(alike)])
    noise = settings.T @ np.diag(pull)
    every, own = kernel.variances[list(BY_CONTENT)]
    by_length = (every + own * pairs.person) * alike * pairs.distance * np.exp(-2 * kernel.log[-1])
    return np.array([*kernel.variances * parts, *kernel.noise * noise, np.vdot(pull, by_length)])


def _inverse(factor: Floats) -> Floats:
    """(L Lᵀ)⁻¹ from L [N, N]."""
    if not len(factor):
        return factor
    lower = np.tril(dpotri(factor, lower=True)[0])
    inverse: Floats = lower + np.tril(lower, -1).T
    return inverse


def _same(a: Whole, b: Whole) -> Floats:
    return np.asarray(a[:, None] == b, float)
