"""Your account: who you are here, how you sign in, and where you are signed in."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from therapy.access.doors import for_staff
from therapy.accounts.adapters import UNKNOWN_ADDRESS
from therapy.accounts.browsers import browser_in_words, sessions_of
from therapy.accounts.second_factor import KINDS
from therapy.pages.requests import StaffRequest
from therapy.people.models import Membership


@for_staff()
@require_safe
@never_cache
def account(request: StaffRequest) -> HttpResponse:
    """Email, clinics, second factors and sessions of whoever is signed in."""
    factors = list(Authenticator.objects.filter(user=request.user).order_by("type", "created_at"))
    clinics = Membership.objects.filter(user=request.user).select_related("clinic")
    return render(
        request,
        "therapy/people/account.html",
        {
            "memberships": clinics.order_by("clinic__name"),
            "factors": [factor for factor in factors if factor.type in KINDS],
            "codes_left": _codes_left(factors),
            "sessions": [
                {
                    "row": session,
                    "browser": browser_in_words(session.user_agent),
                    "address": "" if session.ip == UNKNOWN_ADDRESS else session.ip,
                    "current": session.is_current(),
                }
                for session in _sessions(request)
            ],
        },
    )


@for_staff()
@require_POST
def end_session(request: StaffRequest, session_id: int) -> HttpResponseRedirect:
    """Sign another browser out. Raises Http404 for a session of someone else."""
    session = get_object_or_404(UserSession, id=session_id, user=request.user)
    if session.is_current():
        get_adapter().logout(request)
        return redirect("sign-in")
    session.end()
    messages.success(request, "That browser is signed out.")
    return redirect("account")


@for_staff()
@require_POST
def end_other_sessions(request: StaffRequest) -> HttpResponseRedirect:
    """Sign every other browser out."""
    for session in _sessions(request):
        if not session.is_current():
            session.end()
    messages.success(request, "You are signed in nowhere but here.")
    return redirect("account")


def _sessions(request: StaffRequest) -> list[UserSession]:
    """Those that have not ended by themselves: this one first, then the one used last."""
    return sorted(
        sessions_of(request.user),
        key=lambda session: (session.is_current(), session.last_seen_at),
        reverse=True,
    )


def _codes_left(factors: list[Authenticator]) -> int | None:
    """Recovery codes not used yet; None where there were never any."""
    held = [one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES]
    return len(held[0].wrap().get_unused_codes()) if held else None
