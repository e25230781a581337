"""A browser without a window for Alice."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.people import People
from therapy.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def alices(people: People, signed_in: SignedIn) -> Client:
    """Alice, who owns Harbour Practice, at her desk."""
    return signed_in(people.alice)
