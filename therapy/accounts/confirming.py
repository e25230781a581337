"""Asking once more who is there, before what decides who can get in."""

from collections.abc import Callable
from typing import TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def confirm_first(view: View) -> View:
    """A POST waits until the password or a second factor was typed, unless that was within the last
    ten minutes; then it goes on by itself."""
    return cast(View, reauthentication_required(view, allow_get=True))
