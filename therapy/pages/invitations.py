"""Where an invitation's email leads to: joining a clinic, with a new account or with one's own."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from therapy.access.doors import open_to_all
from therapy.people.invitation_models import Invitation
from therapy.people.invitations import (
    OVER,
    accept_invitation,
    accept_with_new_account,
    invitation_of,
)
from therapy.people.models import User
from therapy.people.selectors import user_of


@open_to_all
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """What to do next for whoever holds the token, who can read the invited address's email."""
    invitation = invitation_of(token=token)
    if invitation is None or invitation.state != Invitation.State.PENDING:
        told = OVER[invitation.state] if invitation else "There is no such invitation."
        context = {"told": told, "invitation": invitation}
        return render(request, "therapy/people/invitation_over.html", context, status=404)
    account = user_of(email=invitation.email)
    if request.method == "POST" and account is None and not request.user.is_authenticated:
        return _with_new_account(request, invitation)
    if request.method == "POST" and account is not None and request.user == account:
        return _with_own_account(request, invitation, account)
    return _page(request, invitation)


def _with_new_account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    name = request.POST.get("name", "").replace("\0", "")
    password = request.POST.get("password", "")
    try:
        membership = accept_with_new_account(invitation=invitation, name=name, password=password)
    except ValidationError as refused:
        return _page(request, invitation, name=name, problems=refused.message_dict)
    messages.success(request, f"Welcome to {membership.clinic}.")
    answer: HttpResponse = perform_login(request, membership.user)
    return answer


def _with_own_account(request: HttpRequest, invitation: Invitation, account: User) -> HttpResponse:
    try:
        membership = accept_invitation(invitation=invitation, user=account)
    except ValidationError as refused:
        return _page(request, invitation, problems=refused.message_dict)
    messages.success(request, f"You work at {membership.clinic} now.")
    return redirect("today")


def _page(
    request: HttpRequest,
    invitation: Invitation,
    *,
    name: str = "",
    problems: dict[str, list[str]] | None = None,
) -> HttpResponse:
    return render(
        request,
        "therapy/people/invitation.html",
        {
            "invitation": invitation,
            "has_account": user_of(email=invitation.email) is not None,
            "name": name,
            "problems": problems or {},
            "other_problems": [
                text
                for field, texts in (problems or {}).items()
                if field not in {"name", "password"}
                for text in texts
            ],
        },
        status=400 if problems else 200,
    )
