"""Who asks."""

import pytest

from tests.people import People
from tests.staff import Staff


@pytest.fixture
def bob(people: People) -> Staff:
    """Harbour's therapist."""
    return Staff(people.bob)
