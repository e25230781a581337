"""Everyone that the tests of the clinical domain are about."""

from typing import Any

import pytest

from tests.people import People, Phone, settle


@pytest.fixture
def people(db: None) -> People:
    return settle()


@pytest.fixture
def phone(people: People) -> Phone:
    """Anna's."""
    return people.annas_phone


@pytest.fixture(autouse=True)
def files_of_this_test(settings: Any, tmp_path: Any) -> None:
    """Uploaded files go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
