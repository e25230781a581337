"""The playlist planner: from a mood to a target in K tracks, as one graph.

The path follows the iso principle (Altshuler 1948): begin where the patient is, move to where the
plan wants to go. That the match at the start helps is a hypothesis that a plan may choose, not a
finding (for: Starcke & von Georgi 2024; against: doi 10.1177/10298649261421187), so a curve may
also ask for the target at once. Everything, waypoints and choice included, is in the graph: a
phone and the server given the same inputs make the same playlist. Exclusions are a mask: an
excluded track cannot be chosen whatever the weights, the noise or the features are.
"""

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from adaptation.learning.outcomes import LIKING, VALENCE
from adaptation.learning.relation import RelationLearner
from adaptation.learning.waypoints import plan_waypoints

MOST_TRACKS: Final = 8  # K of the graph. A step looks only back, so its first k are a list of k.
TERMS: Final = ("mood", "liking", "familiarity", "transition", "fatigue", "exploration")
WEIGHTS: Final = ("liking", "familiarity", "transition", "fatigue", "exploration", "temperature")

# Bounds that keep every allowed track above every masked one, in 16-bit floats too:
# utility / temperature + noise ≥ −10 / 0.01 − 20 > −10,000.
UTILITY_BOUND, LEAST_TEMPERATURE, NOISE_BOUND, MASKED = 10.0, 0.01, 20.0, -1e4

_AXES = torch.tensor([[1.0, 0.0], [0.0, 1.0]])  # valence, arousal


class Playlist(NamedTuple):
    """Outputs of the planner, in the graph's order; K is MOST_TRACKS."""

    order: Tensor  # [K] rows of the chosen tracks; −1 where no allowed track was left
    waypoints: Tensor  # [K, 2] where the path wants the mood to be after each track
    path: Tensor  # [K, 2] predicted mood after each track, −1..1
    deviation: Tensor  # [K, 2] its standard deviation, with what was unsure before carried along
    log_probability: Tensor  # [K] natural log of the probability of each choice
    terms: Tensor  # [K, 6] what spoke for the choice, by TERMS; their sum is its utility
    scores: Tensor  # [N] utility of every track as the first one; MASKED where excluded


class PlaylistPlanner(nn.Module):
    """K greedy steps over N tracks; N is free."""

    transition: Tensor

    def __init__(self, learner: RelationLearner, transition: tuple[float, ...]) -> None:
        """`transition`: the schema's transition weight of each of the F features."""
        super().__init__()
        self.learner = learner
        self.register_buffer("transition", torch.tensor(transition))

    def forward(
        self,
        features: Tensor,
        allowed: Tensor,
        recency: Tensor,
        familiarity: Tensor,
        vector: Tensor,
        mood: Tensor,
        target: Tensor,
        curve: Tensor,
        guards: Tensor,
        weights: Tensor,
        noise: Tensor,
    ) -> Playlist:
        """Plan a playlist.

        features [N, width]: content in the schema's units, then the item columns of a base that has
        them; allowed [N] (1 may be played, 0 excluded); recency
        [N] in 0..1 (1: just played) and familiarity [N] in 0..1; vector [D]; mood and target [2]
        in −1..1; curve [K] and guards [3] as in `plan_waypoints`; weights [6] by WEIGHTS, the
        last being the temperature of the choice; noise [K, N], independent standard Gumbel draws
        (zeros: always the best track), which make every choice a sample from the softmax of
        utility / temperature (Gumbel 1954).
        """
        listener = _Listener(self.learner, features, vector, mood)
        style = self.learner.standardised(features) * self.transition  # content only
        waypoints = plan_waypoints(mood, target, curve, guards)
        temperature = _temperature(weights[5:])

        now, variance = mood, torch.zeros_like(mood)
        available = (allowed > 0.5).to(features.dtype)
        jump = torch.zeros_like(recency)  # nothing is played before the first track
        steps = []
        scores = torch.zeros_like(recency)
        for k in range(MOST_TRACKS):
            after = listener.mood_after(now)
            terms = torch.stack(
                [
                    -_length(after - waypoints[k]),
                    weights[0] * listener.liking,
                    weights[1] * familiarity,
                    -weights[2] * jump,
                    -weights[3] * recency,
                    weights[4] * listener.unknown_liking,
                ],
                dim=-1,
            )
            utility = _bounded(terms.sum(-1), UTILITY_BOUND, otherwise=-UTILITY_BOUND)
            if k == 0:
                scores = torch.where(available > 0.5, utility, MASKED)
            chosen, chance = _choose(utility / temperature, available, noise[k])
            found = available.max() > 0.5
            variance = torch.where(found, listener.variance_after(now, variance, chosen), variance)
            now = torch.where(found, _at(after, chosen), now)
            steps.append(
                (
                    torch.where(found, chosen.to(torch.int32), -1),
                    now,
                    torch.sqrt(variance),
                    torch.where(found, chance, 0.0),
                    torch.where(found, _at(terms, chosen), 0.0),
                )
            )
            jump = _length(style - _at(style, chosen))
            available = available.scatter(0, chosen, 0.0)
        order, path, deviation, chances, reasons = zip(*steps, strict=True)
        return Playlist(
            torch.cat(order),
            waypoints,
            torch.stack(path),
            torch.stack(deviation),
            torch.cat(chances),
            torch.stack(reasons),
            scores,
        )


class _Listener:
    """What the patient would say of every track, with all that does not change along the path
    worked out once."""

    def __init__(
        self, learner: RelationLearner, features: Tensor, vector: Tensor, mood: Tensor
    ) -> None:
        belief = learner.belief(vector)
        trust = learner.trust(belief)
        self.covariance = belief.covariance
        calm = torch.zeros_like(features[:, :2])
        self.rows = learner.rows(features, calm)  # [N, 3, d], without the mood's own columns
        known = trust * (self.rows * belief.mean).sum(-1)
        still = learner.expected(features, calm) + known  # [N, 3]
        self.liking = still[:, LIKING] + (learner.carry.weight[LIKING] * mood).sum()
        liking = self.rows[:, LIKING]
        unknown = ((liking @ self.covariance) * liking).sum(-1)
        self.unknown_liking = torch.sqrt(torch.clamp(unknown, min=0.0))  # [N], without noise
        self.still = still[:, VALENCE:]
        persists = trust[VALENCE:] * belief.mean[-2:]
        self.carry = learner.carry.weight[VALENCE:] + _AXES * persists
        self.noise = learner.own_noise(belief)[VALENCE:]

    def mood_after(self, now: Tensor) -> Tensor:
        """Predicted mood [N, 2] after each track, heard in the mood `now` [2]."""
        return torch.clamp(self.still + (self.carry * now).sum(-1), -1.0, 1.0)

    def variance_after(self, now: Tensor, variance: Tensor, chosen: Tensor) -> Tensor:
        """Variance [2] of the mood after the chosen track: what is not known of the patient, what
        nobody could know, and what was already unsure of the mood before it."""
        rows = torch.cat([_at(self.rows, chosen)[VALENCE:, :-2], _AXES * now], dim=-1)
        unknown = ((rows @ self.covariance) * rows).sum(-1)
        return unknown + self.noise + (self.carry * self.carry * variance).sum(-1)


def _choose(logits: Tensor, available: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Row [1] of the track with the largest perturbed logit, and its log-probability [1]."""
    logits = torch.where(available > 0.5, logits, MASKED)
    draws = logits + _bounded(noise, NOISE_BOUND, otherwise=0.0)
    chosen = torch.argmax(torch.where(available > 0.5, draws, MASKED), dim=0, keepdim=True)
    # log-softmax by hand: Core ML writes it as log(softmax), which loses small chances.
    from_top = logits - logits.max()
    log_total = torch.log(torch.exp(from_top).sum())
    return chosen, torch.index_select(from_top, 0, chosen) - log_total


def _temperature(asked: Tensor) -> Tensor:
    """[1], at least LEAST_TEMPERATURE, also for what is no number: a NaN would go into every logit,
    and runtimes differ in what is the largest among NaNs; ONNX Runtime took a masked track."""
    return torch.clamp(
        torch.where(asked == asked, asked, LEAST_TEMPERATURE),  # noqa: PLR0124
        min=LEAST_TEMPERATURE,
    )


def _at(values: Tensor, chosen: Tensor) -> Tensor:
    """values [N, …] at the chosen row [1] → […]."""
    return torch.index_select(values, 0, chosen).squeeze(0)


def _length(steps: Tensor) -> Tensor:
    """Euclidean length of each row: [N, n] → [N]."""
    return torch.sqrt((steps * steps).sum(-1))


def _bounded(values: Tensor, bound: float, *, otherwise: float) -> Tensor:
    """values within ±bound; what is not a number becomes `otherwise`."""
    return torch.clamp(torch.where(values == values, values, otherwise), -bound, bound)  # noqa: PLR0124
