"""The staff of a clinic: who works there, in what role, and who is invited."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.accounts.confirming import confirm_first
from therapy.accounts.mail import NotSent, send_invitation
from therapy.accounts.second_factor import with_second_factor
from therapy.pages.requests import StaffRequest
from therapy.people import staff as people
from therapy.people.invitation_models import Invitation
from therapy.people.invitations import LASTS, invite, pending_invitations, revoke_invitation
from therapy.people.models import Membership

NOT_SENT = (
    "The email could not be sent, so nobody was invited. Try again; if it fails again, tell "
    "whoever runs this server."
)


@for_staff(Act.MANAGE_STAFF)
@require_safe
@never_cache
def staff_home(request: StaffRequest) -> HttpResponseRedirect:
    """The first clinic whose staff the user manages. Raises Http404 where there is none."""
    managed = people.managed_by(request.user).first()
    if managed is None:
        raise Http404("You manage the staff of no clinic.")
    return redirect("staff", managed.clinic.slug)


@for_staff(Act.MANAGE_STAFF)
@require_safe
@never_cache
def staff(request: StaffRequest, slug: str) -> HttpResponse:
    """Everyone who works at the clinic, and the invitations that stand."""
    by = people.managing(request.user, slug)
    return _page(request, by)


@for_staff(writes=Act.MANAGE_STAFF)
@require_POST
@confirm_first
def send_invite(request: StaffRequest, slug: str) -> HttpResponse:
    """Invite someone by email; what is wrong is told beside the form."""
    by = people.managing(request.user, slug)
    typed = {"email": _typed(request, "email"), "role": _typed(request, "role")}
    try:
        invitation, token = invite(by=by, **typed)
    except ValidationError as refused:
        return _page(request, by, typed=typed, problems=refused.message_dict)
    try:
        send_invitation(request, invitation, token)
    except NotSent:
        revoke_invitation(invitation=invitation)
        return _page(request, by, typed=typed, problems={"email": [NOT_SENT]})
    messages.success(request, f"An invitation was sent to {invitation.email}.")
    return redirect("staff", slug)


@for_staff(writes=Act.MANAGE_STAFF)
@require_POST
def revoke_invite(
    request: StaffRequest, slug: str, invitation_id: uuid.UUID
) -> HttpResponseRedirect:
    """Take an invitation back. Raises Http404 for one of another clinic."""
    by = people.managing(request.user, slug)
    invitation = get_object_or_404(Invitation, id=invitation_id, clinic=by.clinic)
    revoke_invitation(invitation=invitation)
    messages.success(request, f"The invitation to {invitation.email} was taken back.")
    return redirect("staff", slug)


@for_staff(writes=Act.MANAGE_STAFF)
@require_POST
@confirm_first
def change_role(request: StaffRequest, slug: str, membership_id: int) -> HttpResponseRedirect:
    """Give a colleague another role."""
    by = people.managing(request.user, slug)
    membership = _colleague(by, membership_id)
    try:
        people.change_role(membership=membership, role=_typed(request, "role"), by=by)
    except ValidationError as refused:
        messages.error(request, f"Nothing was changed. {' '.join(refused.messages)}")
    else:
        messages.success(request, f"{membership.user} is {membership.role} now.")
    return _back(request, by)


@for_staff(Act.MANAGE_STAFF, writes=Act.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_first
@never_cache
def end_membership(request: StaffRequest, slug: str, membership_id: int) -> HttpResponse:
    """Ask, and then end someone's work at the clinic."""
    by = people.managing(request.user, slug)
    membership = _colleague(by, membership_id)
    if request.method != "POST":
        return render(request, "therapy/people/end_membership.html", {"membership": membership})
    try:
        people.end_membership(membership=membership, by=by)
    except ValidationError as refused:
        messages.error(request, f"Nothing was changed. {' '.join(refused.messages)}")
        return redirect("staff", slug)
    messages.success(request, f"{membership.user} no longer works at {by.clinic}.")
    return _back(request, by)


def _page(
    request: StaffRequest,
    by: Membership,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, list[str]] | None = None,
) -> HttpResponse:
    members = list(people.staff_of(by.clinic))
    roles = people.roles_granted_by(by)
    return render(
        request,
        "therapy/people/staff.html",
        {
            "by": by,
            "others": people.managed_by(request.user).exclude(id=by.id),
            "members": members,
            "with_second_factor": with_second_factor(member.user_id for member in members),
            "invitations": pending_invitations(by.clinic),
            "roles": roles,
            "days": LASTS.days,
            "typed": typed or {},
            "problems": problems or {},
        },
        status=400 if problems else 200,
    )


def _back(request: StaffRequest, by: Membership) -> HttpResponseRedirect:
    """To the staff; to the patients for someone who took the right to manage from themselves."""
    still = people.managed_by(request.user).filter(clinic=by.clinic).exists()
    return redirect("staff", by.clinic.slug) if still else redirect("patients")


def _colleague(by: Membership, membership_id: int) -> Membership:
    return get_object_or_404(people.staff_of(by.clinic), id=membership_id)


def _typed(request: StaffRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()
