"""A linear mixed model of one target, fitted by EM (Laird & Ware 1982, doi 10.2307/2529876).

For row n of person i, in setting s (0: field, 1: auxiliary),

    y_n = x_n·b + z_n·u_i + ε_n,     u_i ~ N(0, P),     ε_n ~ N(0, noise_s)

The fixed effects b have a Gaussian prior whose strength is the evidence's own, one for each group
of columns (MacKay 1992, doi 10.1162/neco.1992.4.3.415). As b is integrated out, P and the noises
are restricted maximum-likelihood estimates but for two weak priors: P is drawn towards its
diagonal, and one made-up row with a residual of 1 keeps the noise from vanishing. Answers are taken
to be standardised.
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import Floats, Whole

STEPS = 150  # of EM; what is not on its way to nothing has settled to two digits
DIAGONAL_PEOPLE = 4.0  # how many people's evidence P's diagonal form is worth
SMALLEST = 1e-6  # variance; keeps a matrix that EM shrinks to nothing invertible


@dataclass(frozen=True)
class Belief:
    """u of one person: N(mean, covariance)."""

    mean: Floats  # [d]
    covariance: Floats  # [d, d]


@dataclass(frozen=True)
class MixedModel:
    """What was learned across people of one target."""

    fixed: Floats  # [p], posterior mean of b
    uncertainty: Floats  # [p, p], posterior covariance of b
    strength: Floats  # [G], prior variance of b in each group
    spread: Floats  # [d, d], P
    noise: Floats  # [2], variance of one answer in each setting

    @property
    def prior(self) -> Belief:
        """Of a person who has answered nothing."""
        return Belief(np.zeros(len(self.spread)), self.spread)

    def posterior(self, x: Floats, z: Floats, setting: Whole, y: Floats, weight: Floats) -> Belief:
        """The belief after S answers y [S], with x [S, p], z [S, d], setting [S] and how much of an
        observation each is, weight [S] in 0..1; b is taken as known."""
        weighted = z * (weight / self.noise[setting])[:, None]
        precision = np.linalg.inv(self.spread) + z.T @ weighted
        covariance = np.asarray(np.linalg.inv(precision), np.float64)
        return Belief(covariance @ (weighted.T @ (y - x @ self.fixed)), covariance)

    def predict(
        self, belief: Belief, x: Floats, z: Floats, setting: Whole
    ) -> tuple[Floats, Floats]:
        """Mean and variance [N] of answers, from x [N, p], z [N, d] and setting [N]."""
        mean = x @ self.fixed + z @ belief.mean
        known = _quadratic(x, self.uncertainty) + _quadratic(z, belief.covariance)
        return mean, known + self.noise[setting]


def fit(
    x: Floats,
    groups: Whole,
    z: Floats,
    person: Whole,
    setting: Whole,
    y: Floats,
    weight: Floats,
) -> MixedModel:
    """The model of R answers y [R], with x [R, p], z [R, d], person [R] and setting [R].

    `groups` [p] numbers the columns' groups 0..G−1; group 0 (the intercepts) keeps a prior
    variance of 1. An answer whose weight [R] is w in 0..1 has a noise of noise_s / w.
    """
    moments = _Moments.of(x, z, person, setting, y, weight)
    start = MixedModel(
        fixed=np.zeros(x.shape[1]),
        uncertainty=np.eye(x.shape[1]),
        strength=np.where(np.arange(groups.max() + 1) > 0, 0.1, 1.0),
        spread=np.eye(z.shape[1]) * 0.1,
        noise=np.ones(2),
    )
    model = start
    for _ in range(STEPS):
        model = _step(model, moments, groups)
    return model


@dataclass(frozen=True)
class _Moments:
    """All that the likelihood needs of the data: sums over the rows of each of the two settings,
    and, where z is in them, of each of the M people."""

    number: Floats  # [2]
    yy: Floats  # [2]
    xy: Floats  # [2, p]
    xx: Floats  # [2, p, p]
    zy: Floats  # [2, M, d]
    zx: Floats  # [2, M, d, p]
    zz: Floats  # [2, M, d, d]

    @classmethod
    def of(
        cls, x: Floats, z: Floats, person: Whole, setting: Whole, y: Floats, weight: Floats
    ) -> "_Moments":
        """Each row is scaled by √weight, so that its noise is noise_s."""
        root = np.sqrt(weight)
        x, z, y = x * root[:, None], z * root[:, None], y * root
        people = np.unique(person[weight > 0])
        parts = [setting == s for s in (0, 1)]
        by_person = [[part & (person == one) for one in people] for part in parts]
        width, slopes = x.shape[1], z.shape[1]

        def summed(other: Floats, shape: tuple[int, ...]) -> Floats:
            sums = [[z[rows].T @ other[rows] for rows in part] for part in by_person]
            return np.array(sums).reshape(2, len(people), *shape)

        return cls(
            number=np.array([(weight[part] > 0).sum() for part in parts], float),
            yy=np.array([y[part] @ y[part] for part in parts]),
            xy=np.array([x[part].T @ y[part] for part in parts]),
            xx=np.array([x[part].T @ x[part] for part in parts]),
            zy=summed(y, (slopes,)),
            zx=summed(x, (slopes, width)),
            zz=summed(z, (slopes, slopes)),
        )


def _step(model: MixedModel, moments: _Moments, groups: Whole) -> MixedModel:
    """One step of EM: the joint posterior of b and every u, then the variances that fit it."""
    each = 1 / model.noise
    zx, zy = np.tensordot(each, moments.zx, 1), np.tensordot(each, moments.zy, 1)
    inner = np.linalg.inv(np.linalg.inv(model.spread) + np.tensordot(each, moments.zz, 1))
    pull = inner @ zx  # [M, d, p]: how u answers to b
    precision = np.diag(1 / model.strength[groups]) + np.tensordot(each, moments.xx, 1)
    precision -= np.tensordot(zx, pull, ((0, 1), (0, 1)))
    evidence = each @ moments.xy - np.tensordot(zy, pull, ((0, 1), (0, 1)))
    uncertainty = np.linalg.inv(precision)
    fixed = uncertainty @ evidence
    people = (inner @ (zy - zx @ fixed)[..., None])[..., 0]  # [M, d], mean of u
    together = -pull @ uncertainty  # [M, d, p], covariance of u and b
    second = people[:, :, None] * people[:, None, :] + inner - together @ pull.mT  # [M, d, d]
    cross = people[:, :, None] * fixed + together  # [M, d, p], mean of u bᵀ
    return MixedModel(
        fixed,
        uncertainty,
        _strength(model.strength, fixed**2 + np.diag(uncertainty), groups),
        _spread(second, model.spread),
        _noise(moments, fixed, np.outer(fixed, fixed) + uncertainty, people, second, cross),
    )


def _strength(before: Floats, second: Floats, groups: Whole) -> Floats:
    """Mean square of the fixed effects [p] in each group; group 0 keeps its own."""
    number = np.bincount(groups, minlength=len(before))
    mean = np.bincount(groups, second, len(before)) / np.maximum(number, 1)
    return np.where((number > 0) & (np.arange(len(before)) > 0), mean + SMALLEST, before)


def _spread(second: Floats, before: Floats) -> Floats:
    """P from the second moments [M, d, d] of u, drawn towards its diagonal."""
    people = len(second)
    if not people:
        return before
    total = second.sum(axis=0)
    diagonal = np.diag(np.diag(total)) / people
    drawn: Floats = (total + DIAGONAL_PEOPLE * diagonal) / (people + DIAGONAL_PEOPLE)
    return drawn + SMALLEST * np.eye(len(drawn))


def _noise(
    moments: _Moments, fixed: Floats, square: Floats, people: Floats, second: Floats, cross: Floats
) -> Floats:
    """Mean square residual [2], expected under the joint posterior, in each setting."""
    total = (
        moments.yy
        - 2 * moments.xy @ fixed
        + (moments.xx * square).sum(axis=(1, 2))
        - 2 * (moments.zy * people).sum(axis=(1, 2))
        + (moments.zz * second).sum(axis=(1, 2, 3))
        + 2 * (moments.zx * cross).sum(axis=(1, 2, 3))
    )
    return np.asarray((total + 1) / (moments.number + 1))


def _quadratic(rows: Floats, matrix: Floats) -> Floats:
    """rᵀ M r of each row r [N, d] of `rows`."""
    product: Floats = ((rows @ matrix) * rows).sum(axis=1)
    return product
