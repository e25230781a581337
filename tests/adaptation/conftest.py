"""A small trained base for the tests of adaptation."""

from pathlib import Path
from typing import Any

import pytest

from adaptation.learning.bases import Base
from adaptation.learning.relation import RelationLearner
from tests.practice import Practice, open_practice
from tests.trained import shared_folder, small_base


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test run share."""
    return shared_folder(tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def base(shared: Path) -> Base:
    """Trained on simulated listeners, a few steps."""
    return small_base(shared)


@pytest.fixture(scope="session")
def learner(base: Base) -> RelationLearner:
    return base.learner


@pytest.fixture
def files_of_this_test(settings: Any, tmp_path: Path) -> None:
    """Files that services store go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def practice(db: None, base: Base, files_of_this_test: None) -> Practice:
    """A clinic with the small base released, twelve tracks and a patient."""
    return open_practice(base)
