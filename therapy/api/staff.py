"""What every endpoint for staff does alike: the site's session, the second factor, walls, lists."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.cache import add_never_cache_headers
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from therapy.access.doors import StaffApi
from therapy.api.cursors import Cursors
from therapy.api.errors import refusal, refusals
from therapy.api.filters import StrictFilters
from therapy.api.views import BoundedJSONParser
from therapy.people.doorkeeper import let_in
from therapy.people.models import User
from therapy.people.visibility import Access

View = TypeVar("View", bound=type[APIView])


class CsrfFailed(exceptions.APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "csrf_failed"
    default_detail = (
        "The header X-CSRFToken must repeat the cookie 'csrftoken', and the request must come from "
        "this site."
    )


class SecondFactorRequired(exceptions.APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "second_factor_required"
    default_detail = "Set up a second factor first: sign in to the site's pages, which lead there."


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
        context = self.get_serializer_context() | self.context_of(page)
        bodies = self.get_serializer_class()(page, many=True, context=context)
        return self.get_paginated_response(bodies.data)


def staff_refusals(*codes: int) -> dict[int, OpenApiResponse]:
    """The error responses of an endpoint for staff, 401 and 403 among them."""
    return refusals(*(code for code in codes if code not in _OF_STAFF)) | {
        code: _OF_STAFF[code] for code in (*codes, 401, 403) if code in _OF_STAFF
    }


def listed(
    name: str,
    summary: str,
    description: str,
    body: type[serializers.BaseSerializer[Any]],
    *,
    tag: str,
    many: bool = True,
    refused: Sequence[int] = (400, 404),
) -> Callable[[View], View]:
    """How the OpenAPI schema describes the GET of an endpoint for staff."""
    shown = body(many=True) if many else body
    return extend_schema_view(
        get=extend_schema(
            operation_id=name,
            summary=summary,
            description=description,
            responses={200: shown, **staff_refusals(*refused)},
            tags=[tag],
        )
    )


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes StaffSession."""

    target_class = StaffSession
    name = ["staffSession", "csrfToken"]  # type: ignore[assignment]  # the library takes both
    priority = 1  # before the library's own, of the class below

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        return [
            {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": "Of a member of staff who signed in to the site's pages, with a "
                "second factor (docs/staff-api.md).",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRFToken",
                "description": "The value of the cookie `csrftoken`; with all that writes.",
            },
        ]

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]]:
        writes = auto_schema.method not in {"GET", "HEAD", "OPTIONS"}
        return {"staffSession": []} | ({"csrfToken": []} if writes else {})


_OF_STAFF = {
    401: refusal(
        "Nobody is signed in (`not_authenticated`).",
        "not_authenticated",
        "Authentication credentials were not provided.",
    ),
    403: refusal(
        "The role in this clinic does not allow it (`permission_denied`), there is no second "
        "factor yet (`second_factor_required`), or a call that writes came without the CSRF token "
        "(`csrf_failed`).",
        "permission_denied",
        "Your role at Harbour Practice does not let you change what a patient is given.",
    ),
    404: refusal(
        "There is no such thing in the clinics where this user works (`not_found`).",
        "not_found",
        "None of your patients has this address.",
    ),
}
