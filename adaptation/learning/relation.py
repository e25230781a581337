"""The relation learner: how a new track relates to the tracks a patient has rated.

A relation network (Sung et al. 2018, arXiv:1711.06025) learns, across people, a score of how
alike a query and a support item are, and answers for the query by weighing the support's labels
with it. Here the relation is a kernel, r(x, x′) = φ(x)ᵀ Σ φ(x′), with φ learned across people and Σ
a block of a learned covariance, and the weighing is exact: under that kernel the answer is a
Gaussian posterior in closed form (deep kernel transfer, Patacchiola et al. 2020, arXiv:1910.05199;
in weight space ALPaCA, Harrison et al. 2018, arXiv:1807.08912). So adapting is a forward pass,
every prediction has a variance, and with no ratings the answer is the population's.

For answer o to track x heard in mood m (scale: adaptation/learning/outcomes.py)

    y_o = μ_o(x, m) + z_o + φ(x)·s_o + [o is a mood] p_o m_o + ε_o,    ε ~ N(0, R)

with μ the population's answer and the patient's coordinates z (offsets), s (slopes on the relation
features) and p (how long a mood persists), jointly N(0, P) across people. A track enters by its
content and, where other people rated it, by columns learned from them: what they answered beyond
the content, and where it lies beside the content on the relation features (regression-based latent
factors, Agarwal & Chen 2009, doi 10.1145/1557019.1557029).

First ratings say less of a person than later ones, and people differ in how predictable they are.
So the vector also counts the ratings and sums up their residuals: what is known of the patient is
believed by n² / (n² + caution²), from more than `patience` ratings on, and the noise is scaled to
the patient's own (an inverse-gamma posterior mean). Both are sums, so the order of the ratings
still does not matter.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from adaptation.learning import gaussian
from adaptation.learning.outcomes import CARRIES

CLIP = 4.0  # standard deviations; a track further out is treated as being there
LEVELS = (0.50, 0.80, 0.95)
"""The central intervals whose widths a base knows."""
GAUSSIAN_WIDTHS = (0.6745, 1.2816, 1.9600)
"""Half their widths under a Gaussian, in standard deviations."""

SUMS = 3  # numbers a patient vector holds for each answer beside the belief


@dataclass(frozen=True)
class RelationSettings:
    """The learner's shape.

    `features` is F, the content of a track; `relations` is how many relation features φ has;
    `carries` says for each of the T answers which mood axis before it persists into it (None: the
    answer is no mood); `items` whether tracks have learned columns behind their content.
    """

    features: int
    relations: int = 4
    carries: tuple[int | None, ...] = CARRIES
    items: bool = False

    @property
    def answers(self) -> int:
        """T."""
        return len(self.carries)

    @property
    def item_columns(self) -> int:
        """What a track has behind its content: T answers of other people, and relation features."""
        return self.answers + self.relations if self.items else 0

    @property
    def width(self) -> int:
        """Columns of a track: its content, then its item columns."""
        return self.features + self.item_columns

    @property
    def moods(self) -> tuple[int, ...]:
        """The answers that are moods."""
        return tuple(o for o, axis in enumerate(self.carries) if axis is not None)

    @property
    def coordinates(self) -> int:
        """d: an offset and slopes for each answer, and a persistence for each mood."""
        return self.answers * (1 + self.relations) + len(self.moods)

    @property
    def vector_size(self) -> int:
        """D, the numbers in a patient vector."""
        return gaussian.vector_size(self.coordinates) + SUMS * self.answers


def trust_after(rated: Tensor, caution: Tensor, patience: Tensor) -> Tensor:
    """n² / (n² + c²) after n ratings, under a caution c; 0 up to a patience of so many ratings."""
    squared: Tensor = rated * rated
    trust = squared / (squared + caution * caution).clamp(min=1e-6)
    return trust * (rated > patience).to(trust.dtype)


class Belief(NamedTuple):
    """A patient vector, taken apart."""

    mean: Tensor  # [..., d]
    covariance: Tensor  # [..., d, d]
    rated: Tensor  # [..., T] how many ratings
    total: Tensor  # [..., T] of residuals
    squares: Tensor  # [..., T] of residuals


class RelationLearner(nn.Module):
    """A base: everything learned across people. It holds nothing of any one patient."""

    centre: Tensor
    scale: Tensor
    covariance: Tensor
    coupling: Tensor
    support_noise: Tensor
    answer_noise: Tensor
    caution: Tensor
    patience: Tensor
    steadiness: Tensor
    widths: Tensor

    def __init__(self, settings: RelationSettings) -> None:
        super().__init__()
        self.settings = settings
        answers, d = settings.answers, settings.coordinates
        self.register_buffer("centre", torch.zeros(settings.features))
        self.register_buffer("scale", torch.ones(settings.features))
        self.relation = nn.Linear(settings.features, settings.relations, bias=False)
        self.population = nn.Linear(2 * settings.features, answers)
        self.carry = nn.Linear(2, answers, bias=False)  # how the mood before goes into each answer
        self.register_buffer("covariance", torch.eye(d) * 0.01)  # P
        # R = L diag(support_noise) Lᵀ; coupling is L less its diagonal of ones.
        self.register_buffer("coupling", torch.zeros(answers, answers))
        self.register_buffer("support_noise", torch.full((answers,), 0.1))
        self.register_buffer("answer_noise", torch.full((answers,), 0.1))
        self.register_buffer("caution", torch.zeros(answers))
        self.register_buffer("patience", torch.zeros(answers))
        self.register_buffer("steadiness", torch.full((answers,), 1e6))
        self.register_buffer(
            "widths", torch.tensor(GAUSSIAN_WIDTHS).unsqueeze(-1).repeat(1, answers)
        )

    @property
    def vector_size(self) -> int:
        """D, the numbers in a patient vector."""
        return self.settings.vector_size

    def standardised(self, features: Tensor) -> Tensor:
        """Content of tracks [..., ≥F] in the schema's units → [..., F] in standard deviations,
        clipped."""
        content = features[..., : self.settings.features]
        return torch.clamp((content - self.centre) / self.scale, -CLIP, CLIP)

    def relations_of(self, features: Tensor) -> Tensor:
        """φ: tracks [..., width] → relation features [..., relations]."""
        phi: Tensor = self.relation(self.standardised(features))
        if self.settings.items:
            phi = phi + features[..., self.settings.features + self.settings.answers :]
        return phi

    def prior(self) -> Tensor:
        """The vector [D] of a patient who has rated nothing."""
        belief = gaussian.pack(torch.zeros(self.settings.coordinates), self.covariance)
        return torch.cat([belief, torch.zeros(SUMS * self.settings.answers)])

    def noise(self) -> Tensor:
        """Variance of one answer [T] of a usual person: what no knowledge of them would explain."""
        return self.answer_noise

    def expected(self, features: Tensor, mood: Tensor) -> Tensor:
        """The population's answer: tracks [..., width], mood before [..., 2] → [..., T]."""
        content = self.standardised(features)
        expected: Tensor = self.population(torch.cat([content, content * content], dim=-1))
        if self.settings.items:
            first = self.settings.features
            expected = expected + features[..., first : first + self.settings.answers]
        carried: Tensor = self.carry(mood)
        return expected + carried

    def rows(self, features: Tensor, mood: Tensor) -> Tensor:
        """How the coordinates enter each answer: [..., width], [..., 2] → [..., T, d]."""
        relation = self.relations_of(features)
        own = torch.cat([torch.ones_like(relation[..., :1]), relation], dim=-1)
        nothing = torch.zeros_like(own)
        still = torch.zeros_like(mood[..., :1])
        rows = []
        for answer, carries in enumerate(self.settings.carries):
            blocks = [own if other == answer else nothing for other in range(self.settings.answers)]
            for persisting in self.settings.moods:
                here = carries if persisting == answer else None
                blocks.append(still if here is None else mood[..., here : here + 1])
            rows.append(torch.cat(blocks, dim=-1))
        return torch.stack(rows, dim=-2)

    def belief(self, vector: Tensor) -> Belief:
        """The parts of a vector [..., D]."""
        answers, size = self.settings.answers, gaussian.vector_size(self.settings.coordinates)
        mean, covariance = gaussian.unpack(vector[..., :size], self.settings.coordinates)
        sums = [
            vector[..., size + part * answers : size + (part + 1) * answers] for part in range(SUMS)
        ]
        return Belief(mean, covariance, *sums)

    def adapt_one(
        self, vector: Tensor, features: Tensor, mood: Tensor, outcome: Tensor, weight: Tensor
    ) -> Tensor:
        """The vector after one more rated track; this is the graph that phones run.

        vector [..., D], features [..., width], mood before [..., 2], outcome [..., T], weight
        [..., T] in 0..1 (0: that answer was not given) → vector [..., D].
        """
        mean, covariance, rated, total, squares = self.belief(vector)
        residual = outcome - self.expected(features, mood)
        # An n-th of an observation is one whose row and residual are 1/√n as long.
        root = torch.sqrt(weight)
        rows, scaled = self.rows(features, mood) * root.unsqueeze(-1), residual * root
        told = (weight > 0).to(weight.dtype)
        freed: list[tuple[Tensor, Tensor]] = []  # rows and residuals without what earlier ones say
        for o in range(self.settings.answers):
            row, surprise, noise = rows[..., o, :], scaled[..., o], self.support_noise[o]
            for earlier, (its_row, its_surprise) in enumerate(freed):
                share = self.coupling[o, earlier] * told[..., earlier]
                row = row - share.unsqueeze(-1) * its_row
                surprise = surprise - share * its_surprise
                missing = (1 - told[..., earlier]) * self.coupling[o, earlier] ** 2
                noise = noise + missing * self.support_noise[earlier]
            freed.append((row, surprise))
            mean, covariance = gaussian.observe(
                mean, covariance, row, surprise, noise, told[..., o]
            )
        sums = [rated + weight, total + weight * residual, squares + weight * residual * residual]
        return torch.cat([gaussian.pack(mean, covariance), *sums], dim=-1)

    def adapt(
        self, vector: Tensor, features: Tensor, mood: Tensor, outcome: Tensor, weight: Tensor
    ) -> Tensor:
        """The vector after a whole support set: as `adapt_one`, with S rated tracks.

        features [..., S, width], mood [..., S, 2], outcome and weight [..., S, T]. The order of
        the S tracks does not matter.
        """
        for s in range(features.shape[-2]):
            vector = self.adapt_one(
                vector, features[..., s, :], mood[..., s, :], outcome[..., s, :], weight[..., s, :]
            )
        return vector

    def trust(self, belief: Belief) -> Tensor:
        """How far what is known of the patient is believed, [..., T] in 0..1."""
        return trust_after(belief.rated, self.caution, self.patience)

    def own_noise(self, belief: Belief) -> Tensor:
        """Variance of one answer of this patient [..., T]: the usual one, scaled by how far their
        ratings so far lay from their own mean."""
        d, step = self.settings.coordinates, 1 + self.settings.relations
        places = torch.tensor([o * step * (d + 1) for o in range(self.settings.answers)])
        offsets = torch.index_select(self.covariance.flatten(), 0, places)  # P's diagonal there
        unexplained = belief.total * belief.total * offsets
        unexplained = unexplained / (belief.rated * offsets + self.answer_noise)
        around = torch.clamp(belief.squares - unexplained, min=0.0)
        own: Tensor = self.steadiness * self.answer_noise + around
        return own / (self.steadiness + belief.rated)

    def predict(self, vector: Tensor, features: Tensor, mood: Tensor) -> tuple[Tensor, Tensor]:
        """What this patient would say of N tracks.

        vector [..., D], features [..., N, width], mood before [..., N, 2] → mean and variance
        [..., N, T]; the variance is of an answer, so it holds the noise too.
        """
        belief = self.belief(vector)
        rows = self.rows(features, mood)
        known = (rows * belief.mean[..., None, None, :]).sum(-1)
        unknown = ((rows @ belief.covariance.unsqueeze(-3)) * rows).sum(-1)
        mean = self.expected(features, mood) + self.trust(belief).unsqueeze(-2) * known
        return mean, unknown + self.own_noise(belief).unsqueeze(-2)
