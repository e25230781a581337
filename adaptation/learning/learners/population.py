"""Population mean: everyone is given the same answer, whatever they have rated.

A Bayesian ridge regression on content, item and mood columns, each group with a strength of its
own found by evidence maximisation (MacKay 1992, doi 10.1162/neco.1992.4.3.415), fitted with a
random intercept so that a person with many ratings does not count as many people. The variance
holds how people differ.
"""

from dataclasses import dataclass

from adaptation.learning.learners import offset
from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.mixed_learner import MixedLearner
from adaptation.learning.ratings import RatingSet


@dataclass(frozen=True)
class PopulationMean:
    """The mean-and-offset learner of somebody who never told anything."""

    model: MixedLearner

    def adapt(self, support: RatingSet) -> None:
        """Nothing."""

    def predict(self, vector: None, query: RatingSet) -> Prediction:
        strangers = tuple(target.prior for target in self.model.models)
        return self.model.predict(strangers, query)


def fit(training: RatingSet, *, seed: int) -> PopulationMean:
    """Recipe; nothing in it is random."""
    return PopulationMean(offset.fit(training, seed=seed))
