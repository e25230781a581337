"""Mean and offset: the population's answer plus the person's own mean residual, shrunken.

The random-intercept model. After S answers with residuals r_1..r_S the offset is

    u ~ N(κ mean(r), (1 − κ) τ²),     κ = S τ² / (S τ² + σ²)

with τ² between people and σ² within, both estimated on the training people by restricted maximum
likelihood: the James–Stein estimator in its empirical-Bayes form (Efron & Morris 1973,
doi 10.1080/01621459.1973.10481350).
"""

import numpy as np

from adaptation.learning.learners import mixed_learner
from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.learners.mixed_learner import MixedLearner
from adaptation.learning.ratings import Floats, RatingSet


def fit(training: RatingSet, *, seed: int) -> MixedLearner:
    """Recipe; nothing in it is random."""
    return mixed_learner.fit(training, Inputs.fit(training), intercept)


def intercept(rows: RatingSet) -> list[Floats]:
    """Ones [N, 1] for each target."""
    return [np.ones((len(rows), 1)) for _ in rows.targets]
