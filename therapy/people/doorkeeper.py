"""Lets a request in by the door of its view, and no further than the walls of its clinics."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from therapy.access.doors import Operator, Staff, StaffApi, door_of
from therapy.access.walls import inside
from therapy.audit.causes import Cause, caused_by
from therapy.audit.reads import note_reads
from therapy.people.models import Device, User
from therapy.people.visibility import Access, access_of


class Doorkeeper:
    """Middleware, after those that find out who is signed in and turn away who is not.

    Lets staff in to pages and operators to theirs. The API does so by itself: phones enter their
    clinic's walls with their token (`therapy.api.views`), staff with their session
    (`therapy.api.staff`). Whose records the request was given is written down before it is
    answered, and what it writes carries who made it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as walls, caused_by(lambda: _cause_of(request)):
            request.walls = walls  # type: ignore[attr-defined]
            response = self.get_response(request)
            _note_reads_of(request, response)
            return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],
        named: dict[str, Any],
    ) -> None:
        door = door_of(view)
        if isinstance(door, Operator) and not _runs_this(request.user):
            raise PermissionDenied("These pages are for who runs this installation.")
        if isinstance(door, StaffApi) or not isinstance(door, Staff):
            return
        if isinstance(request.user, User):
            let_in(request, request.user, door)


def let_in(request: HttpRequest, user: User, door: Staff) -> Access:
    """Give the request its `access`, within the walls of the clinics where the user works.

    Raises PermissionDenied where the user works, but no role of theirs in any clinic allows what
    the view does.
    """
    access = access_of(user, door.act(request.method))
    if access.roles and not any(map(access.reaches, access.roles)):
        raise PermissionDenied(f"Your role does not let you {access.act}.")
    request.access = access  # type: ignore[attr-defined]
    request.walls.enter_context(inside(access.roles))  # type: ignore[attr-defined]
    return access


def _runs_this(user: object) -> bool:
    return isinstance(user, User) and user.is_active and user.is_superuser


def _note_reads_of(request: HttpRequest, response: HttpResponse) -> None:
    """An answer that leads elsewhere shows nothing; any other may, a refused form too."""
    access: Access | None = getattr(request, "access", None)
    if access is None or "Location" in response.headers or not isinstance(request.user, User):
        return
    note_reads(user_id=request.user.pk, address=_name_of_address(request), shown=access.given)


def _cause_of(request: HttpRequest) -> Cause:
    """Who makes the request, as is known by now; DRF makes `request.user` the phone."""
    who: object = getattr(request, "user", None)
    if isinstance(who, User):
        return Cause(user_id=who.pk)
    if isinstance(who, Device):
        return Cause(other={"device": str(who.pk)})
    return Cause(other={"page": _name_of_address(request)})


def _name_of_address(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""
