"""Every learner by name. Its module, and what that needs, is imported when it is asked for."""

from collections.abc import Sequence
from importlib import import_module

from adaptation.learning.learners.base import Recipe

DEFAULT = "relation-kernel"
ALL = "all"

_LEARNERS = "adaptation.learning.learners."
RECIPES = {
    "population": (_LEARNERS + "population", "fit"),
    "offset": (_LEARNERS + "offset", "fit"),
    "ridge": (_LEARNERS + "ridge", "fit"),
    "gaussian-process": (_LEARNERS + "gaussian_process", "fit"),
    "prototypical": (_LEARNERS + "prototypical", "fit"),
    "relation-network": (_LEARNERS + "relation_network", "fit"),
    "maml": (_LEARNERS + "maml", "fit"),
    "anil": (_LEARNERS + "maml", "fit_anil"),
    "melu": (_LEARNERS + "melu", "fit"),
    "conditional-np": (_LEARNERS + "neural_process", "fit"),
    "attentive-np": (_LEARNERS + "neural_process", "fit_attentive"),
    "tanp": (_LEARNERS + "tanp", "fit"),
    DEFAULT: (_LEARNERS + "relation_kernel", "fit"),
}
"""Module and function of each recipe, by the learner's name."""


class UnknownLearner(ValueError):
    """No learner has the name; the text lists those that there are."""


def recipe(name: str) -> Recipe:
    """How to fit the learner of this name. Raises UnknownLearner."""
    (known,) = names([name])
    module, function = RECIPES[known]
    found: Recipe = getattr(import_module(module), function)
    return found


def names(asked: Sequence[str]) -> tuple[str, ...]:
    """The learners asked for, each once, in the order asked; `all` is every one. Raises
    UnknownLearner."""
    for name in asked:
        if name not in (*RECIPES, ALL):
            raise UnknownLearner(f"There is no learner '{name}'. There are {', '.join(RECIPES)}.")
    return tuple(RECIPES) if ALL in asked else tuple(dict.fromkeys(asked))
