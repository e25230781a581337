"""Addresses of signing in and of second factors: allauth's views at this site's own addresses.

allauth looks its views up by these names. What is not here (signing up, adding email addresses) is
nowhere.
"""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

from therapy.access.doors import Staff, behind

# Open, because signing in can be broken off half-way.
sign_out = login_not_required(require_POST(views.logout))

urlpatterns = behind(
    Staff(),
    [
        path("sign-in/", views.login, name="sign-in"),
        path("sign-in/", views.login, name="account_login"),
        path("sign-out/", sign_out, name="sign-out"),
        path("sign-out/", sign_out, name="account_logout"),
        path("sign-in/closed/", views.account_inactive, name="account_inactive"),
        path("password/forgotten/", views.password_reset, name="account_reset_password"),
        path(
            "password/forgotten/sent/",
            views.password_reset_done,
            name="account_reset_password_done",
        ),
        path(
            "password/new/done/",
            views.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
        re_path(
            r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            views.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path("account/password/", views.password_change, name="account_change_password"),
        path("account/confirm/", views.reauthenticate, name="account_reauthenticate"),
        path("account/second-factor/", include("allauth.mfa.urls")),
    ],
)
