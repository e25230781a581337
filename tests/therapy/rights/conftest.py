"""Anna with a row in every table that can hold one."""

import pytest

from adaptation.models import BaseModel
from tests.people import People
from tests.therapy.rights.everything import fill


@pytest.fixture
def base(people: People) -> BaseModel:
    """That was trained on Anna's ratings; with it comes everything else of hers."""
    return fill(people, people.anna)
