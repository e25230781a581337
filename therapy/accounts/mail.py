"""Email that this site writes itself: plain text, one link."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from therapy.people.invitation_models import Invitation

log = logging.getLogger(__name__)


class NotSent(Exception):
    """The mail server took nothing; the log says why."""


def send_invitation(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """Tell the invited address how to join. Raises NotSent."""
    address = request.build_absolute_uri(reverse("invitation", args=[token]))
    text = render_to_string(
        "therapy/mail/invitation.txt", {"invitation": invitation, "address": address}
    )
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}invitation to {invitation.clinic}"
    try:
        send_mail(" ".join(subject.split()), text, None, [invitation.email])
    except OSError as failed:  # SMTPException is one
        log.exception("An invitation could not be sent.")
        raise NotSent from failed
