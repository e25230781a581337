"""No page of the clinic without a second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from therapy.access.doors import StaffApi, door_of
from therapy.accounts.second_factor import has_second_factor

# Where one is set up. Pages that need no sign-in are open anyway.
OPEN = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}


class SecondFactorMiddleware:
    """Leads whoever signed in without a second factor to setting one up, whatever they asked for.

    Phones are not asked: their API does not sign anyone in. Staff who ask the API are led nowhere:
    its views read `lacks_second_factor` from the request, and refuse (`therapy.api.staff`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").startswith("mfa_"):
            add_never_cache_headers(response)  # secrets and recovery codes stay in no browser
        return response

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, keywords: Any
    ) -> HttpResponse | None:
        if isinstance(door_of(view), StaffApi):
            request.lacks_second_factor = _lacks_one(request)  # type: ignore[attr-defined]
            return None
        if not getattr(view, "login_required", True) or not _lacks_one(request):
            return None
        match = request.resolver_match
        if match is not None and match.url_name in OPEN:
            return None
        return redirect("mfa_index")


def _lacks_one(request: HttpRequest) -> bool:
    """Whether someone is signed in who must have a second factor first."""
    if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
        return False
    return not has_second_factor(request.user)
