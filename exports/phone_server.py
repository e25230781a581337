"""The phone API of a server, as a phone calls it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import requests

PATIENCE = 30.0  # seconds for one answer


class Refused(Exception):
    """The server did not take what the phone sent; the text is the server's."""


@dataclass
class Server:
    """The phone API of one server, with one device's token."""

    address: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: str) -> requests.Response:
        return self._checked(
            self.session.get(self._url(path), params=query, headers=self._auth, timeout=PATIENCE)
        )

    def get_address(self, address: str) -> requests.Response:
        """What is at an address that the server told, of its own or another's."""
        return self._checked(self.session.get(urljoin(self.address, address), timeout=PATIENCE))

    def sync(self, items: list[dict[str, Any]]) -> None:
        """Hand over what happened. Raises Refused with the first item that the phone must keep."""
        body: dict[str, Any] = {"sent_at": datetime.now(UTC).isoformat(), "items": items}
        answer = self._checked(
            self.session.post(self._url("sync"), json=body, headers=self._auth, timeout=PATIENCE)
        )
        for outcome in answer.json()["items"]:
            if not outcome["may_delete"]:
                raise Refused(
                    f"{outcome['kind']} {outcome['id']} is {outcome['status']}: "
                    f"{_in_words(outcome)}"
                )

    @property
    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _url(self, path: str) -> str:
        return f"{self.address.rstrip('/')}/api/v1/{path}"

    def _checked(self, answer: requests.Response) -> requests.Response:
        if not answer.ok and answer.status_code != requests.codes.not_found:
            raise Refused(f"{answer.request.method} {answer.url}: {_said(answer)}")
        return answer


def _said(answer: requests.Response) -> str:
    """The server's refusal in its own words."""
    if answer.headers.get("Content-Type") != "application/problem+json":
        return f"{answer.status_code} {answer.reason}"
    return _in_words(answer.json())


def _in_words(problem: dict[str, Any]) -> str:
    """The detail, and each error with where it is."""
    errors = [
        f"{error.get('pointer') or error.get('parameter') or 'body'}: {error['detail']}"
        for error in problem["errors"]
    ]
    return " ".join([problem["detail"], *errors])
