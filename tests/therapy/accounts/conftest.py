"""People who have a password."""

import pytest

from tests.people import People
from tests.signing_in import with_password
from therapy.models import User


@pytest.fixture
def alice(people: People) -> User:
    """Alice, who owns Harbour Practice and has an authenticator app."""
    return with_password(people.alice)
