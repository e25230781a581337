"""Staff who ask the API: a signed-in browser, or a script with its cookies."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from therapy.models import User


@dataclass
class Staff:
    """Every call is made by `user`, who is signed in."""

    user: User
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{address}", query)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{address}",
            data=body if body is not None else {},
            content_type="application/json",
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )

    def rows(self, address: str, **query: Any) -> list[Any]:
        """The rows of the first page, which must be the only one."""
        page = self.get(address, **query)
        assert page.status_code == 200, page.content
        assert page.json()["next"] is None
        rows: list[Any] = page.json()["results"]
        return rows

    def follow(self, link: str) -> Any:
        """The page that a link of another leads to."""
        parts = urlsplit(link)
        return self.client.get(f"{parts.path}?{parts.query}")
