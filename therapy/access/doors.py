"""Every view stands behind a door, which says who may come in.

A view without one is not served: `therapy.people.doorkeeper` asks each for its door before it is
called. A function says it with a decorator, a class with the attribute `door`, and the views of a
library get theirs where they are put into the addresses (`behind`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver

from therapy.access.acts import Act

View = TypeVar("View", bound=Callable[..., Any])
Address = TypeVar("Address", bound=URLPattern | URLResolver)


@dataclass(frozen=True)
class Open:
    """Anyone: nothing behind it belongs to a clinic."""


@dataclass(frozen=True)
class Phone:
    """A patient's phone with its token, for that patient alone."""


@dataclass(frozen=True)
class Operator:
    """Who runs the installation: a superuser. Nothing behind it shows a patient."""


@dataclass(frozen=True)
class Staff:
    """Someone who is signed in, and whose role allows the act in the clinic that it is about.

    `reads` is asked of GET, HEAD and OPTIONS and `writes` of all else; None is no more than being
    signed in, for what is about oneself.
    """

    reads: Act | None = None
    writes: Act | None = None

    def act(self, method: str | None) -> Act | None:
        return self.reads if method in {"GET", "HEAD", "OPTIONS"} else self.writes


@dataclass(frozen=True)
class StaffApi(Staff):
    """As `Staff`, of an address of the API: its view lets people in by itself, so that refusals are
    answered in the API's own words (`therapy.api.staff`)."""


Door = Open | Phone | Operator | Staff
OPEN, PHONE, OPERATOR = Open(), Phone(), Operator()


def open_to_all(view: View) -> View:
    """Decorator of a view that needs no signing in."""
    return _put_behind(OPEN, login_not_required(view))


def for_staff(reads: Act | None = None, *, writes: Act | None = None) -> Callable[[View], View]:
    """Decorator of a view for staff. A view that only writes names `writes` alone."""
    return lambda view: _put_behind(Staff(reads, writes), view)


def behind(door: Door, addresses: Iterable[Address]) -> list[Address]:
    """The addresses of a library, each of whose views is now behind `door`, or open if it says
    itself that it needs no signing in."""
    gathered = list(addresses)
    for address in gathered:
        if isinstance(address, URLResolver):
            behind(door, address.url_patterns)
        else:
            needs_signing_in = getattr(address.callback, "login_required", True)
            _put_behind(door if needs_signing_in else OPEN, address.callback)
    return gathered


def door_of(view: Callable[..., Any]) -> Door:
    """Raises ImproperlyConfigured for a view that has none."""
    of_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    door = getattr(view, "door", None) or getattr(of_class, "door", None)
    if not isinstance(door, Door):
        raise ImproperlyConfigured(
            f"{view.__module__}.{getattr(view, '__qualname__', view)} has no door. Say who may "
            "come in (therapy/access/doors.py)."
        )
    return door


def _put_behind(door: Door, view: View) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view
