"""What allauth asks this site about: its words, its rules, and how its secrets are kept."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import user_logged_in
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from therapy.accounts import secret_text
from therapy.people.addresses import NOWHERE, client_address
from therapy.people.models import User

ANYWHERE = "password_failed_anywhere"
SIGNED_IN_AT = "signed_in_at"
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 — stands in a column that must hold an address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No account has this email address and password together. "
        "Check both; the password is case-sensitive.",
        "incorrect_code": "This code is not right. A code of the app holds for half a minute and "
        "works once; so does each recovery code. If the app’s codes never work, set the clock of "
        "the phone to automatic.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries have failed. Wait 15 minutes, then try again.",
        "rate_limited": "Too many tries have failed. Wait 15 minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation (people/invitations.py), or from `create_staff`."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address = client_address(request)
        return UNKNOWN_ADDRESS if address == NOWHERE else address

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse an account that was tried too often from all addresses together (NIST SP 800-63B,
        5.2.2: at most 100 failures); django-axes counts by account and address."""
        if not self._count_failure(request, credentials, dry_run=True):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tries of someone who is locked out count for nothing: else one stranger could use up the
        tries of all."""
        if not getattr(request, "axes_locked_out", False):
            self._count_failure(request, credentials)

    def is_reauthentication_required(self, *, app: str, **context: Any) -> bool:
        """Signing in counts as well: nobody types the password twice in ten minutes."""
        since = time.time() - float(self.request.session.get(SIGNED_IN_AT, 0))
        if since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **context))

    def _count_failure(
        self, request: HttpRequest, credentials: dict[str, Any], *, dry_run: bool = False
    ) -> bool:
        """Whether there is room for another failure; takes it unless `dry_run`."""
        key = str(credentials.get("email", "")).lower()
        return bool(ratelimit.consume(request, action=ANYWHERE, key=key, dry_run=dry_run))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. What codes are computed from lies encrypted in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return secret_text.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secret_text.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return "Passkey"


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **_: Any) -> None:
    request.session[SIGNED_IN_AT] = time.time()
