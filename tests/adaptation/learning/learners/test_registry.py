"""Learners by name."""

import subprocess
import sys

import pytest

from adaptation.learning.learners import registry
from adaptation.learning.learners.registry import UnknownLearner
from tests.needs import ROOT


def test_all_is_every_learner_once_and_others_come_as_asked() -> None:
    assert registry.names(["all"]) == tuple(registry.RECIPES)
    assert registry.names(["ridge", "all"]) == tuple(registry.RECIPES)
    assert registry.names(["ridge", "offset", "ridge"]) == ("ridge", "offset")


def test_an_unknown_name_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownLearner, match="no learner 'rigde'") as refused:
        registry.recipe("rigde")
    for name in registry.RECIPES:
        assert name in str(refused.value)
    with pytest.raises(UnknownLearner):
        registry.names(["offset", ""])


@pytest.mark.parametrize("name", registry.RECIPES)
def test_every_name_has_a_recipe(name: str) -> None:
    assert callable(registry.recipe(name))


def test_a_plain_learner_is_had_without_pytorch() -> None:
    code = (
        "import sys; from adaptation.learning.learners import registry; "
        "registry.recipe('offset'); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
