"""Where someone is signed in: which browser, from where, and when it was last used."""

import re
from collections.abc import Callable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from therapy.people.models import User

SEEN_EVERY = timedelta(minutes=1)
# In this order: Edge and Opera name Chrome, and Chrome names Safari. iPads may name Macintosh.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class SeenMiddleware:
    """Keeps the list of sessions: when each was last used, to the minute, and from where."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            _note_seen(request)
        return self.get_response(request)


def sessions_of(user: User) -> list[UserSession]:
    """The sessions that `user` could go on with; those that are over are forgotten.

    As allauth's `purge_and_list`, but two queries for all of them, and not three for each.
    """
    listed = list(UserSession.objects.filter(user=user))
    stored = Session.objects.filter(
        session_key__in=[one.session_key for one in listed], expire_date__gt=timezone.now()
    )
    good = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    going_on = {one.session_key for one in stored if _is_of(one, user, good)}
    if over := [one.pk for one in listed if one.session_key not in going_on]:
        UserSession.objects.filter(pk__in=over).delete()
    return [one for one in listed if one.session_key in going_on]


def _is_of(session: Session, user: User, good: set[str]) -> bool:
    """Whether Django would let it in: a changed password ends sessions without deleting them."""
    said = session.get_decoded()
    return said.get(SESSION_KEY) == str(user.pk) and said.get(HASH_SESSION_KEY) in good


def browser_in_words(user_agent: str) -> str:
    """What a browser says it is, as people call it: 'Firefox on Windows'."""
    browser = _first(BROWSERS, user_agent) or "A browser"
    system = _first(SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _note_seen(request: HttpRequest) -> None:
    """Looks at every page, and writes once a minute."""
    session = UserSession.objects.filter(session_key=request.session.session_key)
    now = timezone.now()
    due = session.filter(last_seen_at__lte=now - SEEN_EVERY)
    if due.exists():
        due.update(last_seen_at=now, ip=get_adapter().get_client_ip(request))


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
