"""The relation learner: how a new track relates to the tracks a patient has rated.

A relation network (Sung et al. 2018, arXiv:1711.06025) learns, across people, a score of how
alike a query and a support item are, and answers for the query by weighing the support's labels
with it. Here the relation is a kernel, r(x, x′) = φ(x)ᵀ Σ φ(x′), with φ a small network and Σ a
block of a learned covariance, and the weighing is exact: under that kernel the answer is a
Gaussian posterior in closed form (deep kernel transfer, Patacchiola et al. 2020, arXiv:1910.05199;
in weight space ALPaCA, Harrison et al. 2018, arXiv:1807.08912). So adapting is a forward pass,
every prediction has a variance, and with no ratings the answer is the population's.

For outcome o of track x heard in mood m (scale: adaptation/learning/outcomes.py)

    y_o = μ_o(x, m) + z_o + φ(x)·s_o + [o is a mood] p_o m_o + ε_o,    ε_o ~ N(0, noise_o)

with μ the population's answer and the patient's coordinates z (offsets), s (slopes on the relation
features) and p (how long a mood persists), jointly N(0, P) across people.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from adaptation.learning import gaussian
from adaptation.learning.outcomes import AROUSAL, OUTCOMES, VALENCE

CLIP = 4.0  # standard deviations; a track further out is treated as being there


@dataclass(frozen=True)
class RelationSettings:
    """The learner's shape. `features` is F; `relations` is how many relation features φ has."""

    features: int
    relations: int = 4
    hidden: int = 24

    @property
    def coordinates(self) -> int:
        """d: an offset and slopes for each outcome, and a persistence for each mood axis."""
        return len(OUTCOMES) * (1 + self.relations) + 2


class RelationLearner(nn.Module):
    """A base: everything learned across people. It holds nothing of any one patient."""

    centre: Tensor
    scale: Tensor

    def __init__(self, settings: RelationSettings) -> None:
        super().__init__()
        self.settings = settings
        width, outcomes, d = settings.hidden, len(OUTCOMES), settings.coordinates
        self.register_buffer("centre", torch.zeros(settings.features))
        self.register_buffer("scale", torch.ones(settings.features))
        self.relation = nn.Sequential(
            nn.Linear(settings.features, width), nn.Tanh(), nn.Linear(width, settings.relations)
        )
        self.population = nn.Sequential(
            nn.Linear(settings.features, width), nn.Tanh(), nn.Linear(width, outcomes)
        )
        self.carry = nn.Linear(
            2, outcomes, bias=False
        )  # how the mood before goes into each outcome
        self.log_noise = nn.Parameter(torch.full((outcomes,), -2.0))
        self.spread = nn.Parameter(torch.eye(d) * 0.1)  # a factor of P; lower triangle used

    @property
    def vector_size(self) -> int:
        """D, the numbers in a patient vector."""
        return gaussian.vector_size(self.settings.coordinates)

    def standardise_by(self, features: Tensor, resolution: Tensor) -> None:
        """Fix centre and scale from the tracks [N, F] that the base is trained on; no scale is
        finer than the schema's resolution [F]."""
        self.centre.copy_(features.mean(0))
        spread = torch.maximum(features.std(0), resolution)
        self.scale.copy_(torch.where(spread > 1e-6, spread, torch.ones_like(spread)))

    def standardised(self, features: Tensor) -> Tensor:
        """features [..., F] in the schema's units → the same in standard deviations, clipped."""
        return torch.clamp((features - self.centre) / self.scale, -CLIP, CLIP)

    def prior(self) -> Tensor:
        """The vector [D] of a patient who has rated nothing."""
        factor = torch.tril(self.spread)
        return gaussian.pack(torch.zeros(self.settings.coordinates), factor @ factor.T)

    def noise(self) -> Tensor:
        """Variance of one observation [3]: what no knowledge of the patient would explain."""
        return torch.exp(self.log_noise)

    def expected(self, features: Tensor, mood: Tensor) -> Tensor:
        """The population's answer: features [..., F], mood before [..., 2] → outcomes [..., 3]."""
        population: Tensor = self.population(self.standardised(features)) + self.carry(mood)
        return population

    def rows(self, features: Tensor, mood: Tensor) -> Tensor:
        """How the coordinates enter each outcome: [..., F], [..., 2] → [..., 3, d]."""
        relation = self.relation(self.standardised(features))
        offset_and_slopes = torch.cat([torch.ones_like(relation[..., :1]), relation], dim=-1)
        nothing = torch.zeros_like(offset_and_slopes)
        still = torch.zeros_like(mood[..., :1])
        persistence = {VALENCE: [mood[..., :1], still], AROUSAL: [still, mood[..., 1:]]}
        blocks = range(len(OUTCOMES))
        rows = [
            torch.cat(
                [offset_and_slopes if outcome == block else nothing for block in blocks]
                + persistence.get(outcome, [still, still]),
                dim=-1,
            )
            for outcome in blocks
        ]
        return torch.stack(rows, dim=-2)

    def adapt_one(
        self, vector: Tensor, features: Tensor, mood: Tensor, outcome: Tensor, weight: Tensor
    ) -> Tensor:
        """The vector after one more rated track; this is the graph that phones run.

        vector [..., D], features [..., F], mood before [..., 2], outcome [..., 3], weight
        [..., 3] in 0..1 (0: that outcome was not observed) → vector [..., D].
        """
        mean, covariance = gaussian.unpack(vector, self.settings.coordinates)
        residual = outcome - self.expected(features, mood)
        rows = self.rows(features, mood)
        noise = self.noise()
        for o in range(len(OUTCOMES)):
            mean, covariance = gaussian.observe(
                mean, covariance, rows[..., o, :], residual[..., o], noise[o], weight[..., o]
            )
        return gaussian.pack(mean, covariance)

    def adapt(
        self, vector: Tensor, features: Tensor, mood: Tensor, outcome: Tensor, weight: Tensor
    ) -> Tensor:
        """The vector after a whole support set: as `adapt_one`, with S rated tracks.

        features [..., S, F], mood [..., S, 2], outcome and weight [..., S, 3]. The order of the
        S tracks does not matter.
        """
        for s in range(features.shape[-2]):
            vector = self.adapt_one(
                vector, features[..., s, :], mood[..., s, :], outcome[..., s, :], weight[..., s, :]
            )
        return vector

    def predict(self, vector: Tensor, features: Tensor, mood: Tensor) -> tuple[Tensor, Tensor]:
        """What this patient would say of N tracks.

        vector [..., D], features [..., N, F], mood before [..., N, 2] → mean and variance
        [..., N, 3]; the variance is of an answer, so it holds the noise too.
        """
        mean, covariance = gaussian.unpack(vector, self.settings.coordinates)
        rows = self.rows(features, mood)
        known = (rows * mean[..., None, None, :]).sum(-1)
        unknown = ((rows @ covariance.unsqueeze(-3)) * rows).sum(-1)
        return self.expected(features, mood) + known, unknown + self.noise()
