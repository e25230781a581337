"""A clinic with the small base released, for phones in TypeScript."""

from collections.abc import Iterator
from typing import Any

import pytest

from adaptation.learning.bases import Base
from exports import releasing, services
from tests.exports.conftest import keep
from tests.people import People, settle
from tests.phone.bad_network import Network, between
from tests.practice import Practice, open_practice
from tests.trained import shared_folder, small_base, small_graphs


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Base:
    return small_base(shared_folder(tmp_path_factory, worker_id))


@pytest.fixture
def practice(
    db: None,
    base: Base,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Practice:
    """A clinic with the small base released, whose comparison with PyTorch is kept short."""
    folder = tmp_path_factory.mktemp("installation")
    settings.MEDIA_ROOT, settings.SIGNING_KEY_FOLDER = folder / "files", folder / "keys"
    monkeypatch.setattr(releasing, "TEMPLATE_CASES", 1)
    monkeypatch.setattr(services, "MEASURED", 1)
    opened = open_practice(base)
    keep(small_graphs(shared_folder(tmp_path_factory, worker_id)), opened)
    return opened


@pytest.fixture
def people() -> People:
    return settle()


@pytest.fixture
def network(live_server: Any) -> Iterator[Network]:
    with between(live_server.url) as network:
        yield network
