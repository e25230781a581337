"""Signing in and out."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView

from therapy.access.doors import OPEN, Staff


class SignInForm(AuthenticationForm):
    """Email and password. Addresses are stored in lower case, so capitals do not matter here."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "No account has this email address and password together. "
        "Check both; the password is case-sensitive. "
        "If you cannot get in, ask the owner of your clinic to set a new password.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        email = self.fields["username"]
        email.label = "Email"
        email.widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class SignIn(LoginView):
    door = OPEN
    template_name = "therapy/people/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    door = Staff()
    http_method_names = ["post", "options"]
