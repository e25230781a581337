"""allauth's forms, in this site's words."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.http import HttpRequest


class SignInForm(LoginForm):  # type: ignore[misc]
    """Email and password. Addresses are stored in lower case, so capitals do not matter here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].help_text = ""


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code: digits both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send an email to an address without an account, too, so that the time to the answer does
        not tell which addresses have one."""
        if self.users:
            return str(super().save(request, **kwargs))
        email = str(self.cleaned_data["email"])
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey that is enough by itself, unless someone wants it as a second factor only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.max_length = "Name", 80
        name.help_text = "So that you know it from others, such as “laptop” or “blue key”."
        alone.label, alone.initial = "Sign in with it alone, without the password", True
        alone.help_text = "The device then asks for its PIN, fingerprint or face each time."
