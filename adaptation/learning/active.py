"""Which track to ask about next: what an answer would tell, worked out before it is given.

How far an answer narrows a Gaussian belief does not depend on what the answer is, so its worth is
known beforehand, and exactly: Bayesian experimental design (Chaloner & Verdinelli 1995, doi
10.1214/ss/1177009939) with the mean variance over the tracks that will be chosen from as the loss
(Cohn, Ghahramani & Jordan 1996, arXiv:cs/9603104). With C the covariance of the patient's
coordinates now, C_n after the answers about track n, h_co the row by which they enter answer o to
track c of the collection, and w_o what that answer counts,

    information(n) = mean over c of Σ_o w_o h_coᵀ (C − C_n) h_co

It is the variance of what is not known of the patient. The noise of an answer is left out: no
knowledge of the patient lowers it, and how the patient's own noise is judged does depend on what
they answer.
"""

import torch
from torch import Tensor

from adaptation.learning.outcomes import LIKING
from adaptation.learning.relation import RelationLearner


def every_answer(learner: RelationLearner) -> Tensor:
    """As `given` [T]: the patient would give every answer."""
    return torch.ones(learner.settings.answers)


def only(learner: RelationLearner, answer: int = LIKING) -> Tensor:
    """One answer and no other: [T], as `given` or as `counted`."""
    chosen = torch.zeros(learner.settings.answers)
    chosen[answer] = 1.0
    return chosen


def by_noise(learner: RelationLearner) -> Tensor:
    """As `counted` [T]: every answer, its variance in shares of its usual noise."""
    return 1 / learner.noise()


def information(
    learner: RelationLearner,
    vector: Tensor,
    tracks: Tensor,
    mood: Tensor,
    collection: Tensor,
    *,
    given: Tensor,
    counted: Tensor,
) -> Tensor:
    """How much asking about each of N tracks is expected to lower the variance over M tracks [N].

    vector [D]; tracks [N, width] and collection [M ≥ 1, width] as the learner reads them; mood [2]
    in −1..1, before each of them; given [T] in 0..1, the weight of each answer as `adapt_one` takes
    it; counted [T], what the variance of each answer counts. At least 0 but for rounding, in the
    square of the unit of an answer (−1..1) times that of `counted`.
    """
    with torch.inference_mode():
        rows = learner.rows(collection, mood.expand(len(collection), -1))  # [M, T, d]
        loss = torch.einsum("mod,o,moe->de", rows, counted, rows) / len(collection)
        told = _told(learner, vector, tracks, mood, given)
        narrowed = learner.belief(vector).covariance - learner.belief(told).covariance  # [N, d, d]
        return (narrowed * loss).sum((-2, -1))


def choose(
    learner: RelationLearner,
    vector: Tensor,
    tracks: Tensor,
    mood: Tensor,
    collection: Tensor,
    *,
    k: int,
    given: Tensor,
    counted: Tensor,
) -> list[int]:
    """Rows of k of the N tracks to ask about, the most telling first, no track twice.

    Greedy: each is the best after those before it, whose answers need not be known. The first k of
    a longer choice are a choice of k. The arguments are those of `information`; where tracks tell
    the same, any of them is taken. Raises ValueError unless 0 ≤ k ≤ N.
    """
    if not 0 <= k <= len(tracks):
        raise ValueError(f"{k} of {len(tracks)} tracks cannot be chosen.")
    chosen: list[int] = []
    for _ in range(k):
        worth = information(learner, vector, tracks, mood, collection, given=given, counted=counted)
        left = [row for row in range(len(tracks)) if row not in chosen]
        chosen.append(left[int(worth[left].argmax())])
        vector = _told(learner, vector, tracks[chosen[-1:]], mood, given)[0]
    return chosen


def _told(
    learner: RelationLearner, vector: Tensor, tracks: Tensor, mood: Tensor, given: Tensor
) -> Tensor:
    """The vectors [N, D] after an answer about each track: what the answer is does not matter to
    their covariances, so it is 0."""
    count = len(tracks)
    with torch.inference_mode():
        return learner.adapt_one(
            vector.expand(count, -1),
            tracks,
            mood.expand(count, -1),
            torch.zeros(count, len(given)),
            given.expand(count, -1),
        )
