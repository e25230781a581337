"""What every endpoint for staff does alike: the site's session, the second factor, walls, lists."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn, cast

from django.db.models import Model, QuerySet
from django.utils.cache import add_never_cache_headers
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from therapy.access.doors import StaffApi
from therapy.api.cursors import Cursors
from therapy.api.filters import StrictFilters
from therapy.api.problems import Problem
from therapy.api.views import BoundedJSONParser
from therapy.people.doorkeeper import let_in
from therapy.people.models import User
from therapy.people.visibility import Access


class CsrfFailed(Problem):
    default_code = "csrf_failed"
    default_detail = (
        "The header X-CSRFToken must repeat the cookie 'csrftoken', and the request must come from "
        "this site."
    )


class SecondFactorRequired(Problem):
    default_code = "second_factor_required"
    default_detail = "Set up a second factor first: sign in to the site's pages, which lead there."


class SessionWanted(exceptions.NotAuthenticated):
    """Who calls said who they are as a phone does: nothing is wrong with the token."""

    default_code = "session_wanted"
    default_detail = (
        "This address is for staff, by the session of the site's pages. A phone's token opens "
        "nothing here; it was not looked at, and stays as it is."
    )


class StaffSession(SessionAuthentication):
    """Whoever is signed in to the site's pages; what writes must carry the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="Attune"'  # answers 401 where nobody is signed in

    def enforce_csrf(self, request: Any) -> None:
        """Raises CsrfFailed."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refused:
            raise CsrfFailed from refused


class StaffView(APIView):
    """A call by a member of staff, within the walls of the clinics where they work.

    Patients and clinics are found through `access` alone, which is where the audit learns of it.
    """

    door: ClassVar[StaffApi]
    authentication_classes = (StaffSession,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (BoundedJSONParser,)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def access(self) -> Access:
        return cast(Access, self.request._request.access)  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request._request.lacks_second_factor:  # type: ignore[attr-defined]
            raise SecondFactorRequired
        let_in(request._request, cast(User, request.user), self.door)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Raises SessionWanted where nobody is signed in and a token came instead."""
        if not request.successful_authenticator and "Authorization" in request.headers:
            raise SessionWanted
        super().permission_denied(request, message, code)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Patients' records stay in no cache, the browser's neither."""
        final = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(final)
        return final


class StaffList(StaffView, GenericAPIView[Any]):
    """A list, a page at a time.

    `orders` names the orders that it can be asked in, the default first: each a field, with `-`
    for descending; rows that are equal in it are in the order of their keys.
    """

    model: ClassVar[type[Model]]
    orders: ClassVar[Mapping[str, str]]
    filter_backends = (StrictFilters,)
    pagination_class = Cursors

    def rows(self) -> QuerySet[Any]:
        """All that may be listed; a page takes a number of queries that does not grow with it."""
        raise NotImplementedError

    def context_of(self, page: Sequence[Any]) -> dict[str, Any]:
        """What the serializer needs to know of the rows of a page, read for all at once."""
        return {}

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the description is being written
            return self.model._default_manager.none()
        return self.rows()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = {**self.get_serializer_context(), **self.context_of(page)}
        bodies = self.get_serializer_class()(page, many=True, context=context)
        return self.get_paginated_response(bodies.data)
