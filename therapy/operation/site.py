"""Where the operator's pages are gathered."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from unfold.sites import UnfoldAdminSite

from therapy.access.doors import open_to_all

# Signing in, out and passwords are the site's own, with its second factor.
ELSEWHERE = {"login", "password_change_done", "view_on_site"}


@open_to_all
def sign_in(request: HttpRequest) -> HttpResponse:
    """To where everybody signs in, and from there back."""
    back = request.GET.get("next")
    return redirect_to_login(back, reverse("sign-in")) if back else redirect("sign-in")


def said_of_sign_in(request: HttpRequest) -> list[str] | None:
    """What stands at the top of every page here, as on the site's own."""
    if settings.SECOND_FACTOR_REQUIRED:
        return None
    return [
        "No second factor is asked for: for trying out, with simulated patients only",
        "warning",
    ]


class OperatorSite(UnfoldAdminSite):  # type: ignore[misc]  # has no types
    """Django's admin behind the operator's door (therapy/access/doors.py)."""

    index_title = "What there is"
    final_catch_all_view = False  # what is nowhere is answered as everywhere else

    def get_urls(self) -> list[URLPattern | URLResolver]:
        ours = [one for one in super().get_urls() if getattr(one, "name", "") not in ELSEWHERE]
        return [path("login/", sign_in, name="login"), *ours]

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Its scripts read expressions out of attributes (Alpine), which our policy forbids
        elsewhere (docs/decisions/0019-operation-by-unfold.md)."""
        loosened = csp_update(
            {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
        )
        return loosened(super().admin_view(view, cacheable))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account")  # every page but these has the button

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")


site = OperatorSite(name="admin")
