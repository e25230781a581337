"""Lets a request in by the door of its view, and no further than the walls of its clinics."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from therapy.access.doors import Staff, door_of
from therapy.access.walls import inside
from therapy.people.models import User
from therapy.people.visibility import access_of


class Doorkeeper:
    """Middleware, after those that find out who is signed in and turn away who is not.

    Gives the request `access`, and raises PermissionDenied where the user works, but no role of
    theirs in any clinic allows what the view does. Phones enter their clinic's walls with their
    token (`therapy.api.views`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as walls:
            request.walls = walls  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],
        named: dict[str, Any],
    ) -> None:
        door = door_of(view)
        if not isinstance(door, Staff) or not isinstance(request.user, User):
            return
        access = access_of(request.user, door.act(request.method))
        if access.roles and not any(map(access.reaches, access.roles)):
            raise PermissionDenied(f"Your role does not let you {access.act}.")
        request.access = access  # type: ignore[attr-defined]
        request.walls.enter_context(inside(access.roles))  # type: ignore[attr-defined]
