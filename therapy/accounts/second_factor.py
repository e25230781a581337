"""Who has a second factor. Recovery codes alone are none: they are its spare."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from therapy.people.models import User

KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User | AnonymousUser) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=KINDS).exists())


def with_second_factor(user_ids: Iterable[int]) -> set[int]:
    """Those of the users who have one. One query."""
    found = Authenticator.objects.filter(user_id__in=list(user_ids), type__in=KINDS)
    return set(found.values_list("user_id", flat=True))


@transaction.atomic
def remove_second_factors(user: User) -> int:
    """Take away every second factor and recovery code, and end every session: whoever signs in
    next with the password sets up a new one. Returns how many there were."""
    _, by_model = Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    return int(by_model.get("mfa.Authenticator", 0))


@receiver(authenticator_added)
def end_sessions_without_one(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """With a first second factor every other session ends: they began with a password alone."""
    if authenticator.type not in KINDS or _others(user, authenticator):
        return
    others = UserSession.objects.filter(user=user)
    for session in others.exclude(session_key=request.session.session_key):
        session.end()


def _others(user: User, authenticator: Authenticator) -> bool:
    held = Authenticator.objects.filter(user=user, type__in=KINDS)
    return bool(held.exclude(pk=authenticator.pk).exists())
