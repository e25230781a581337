"""Where someone is signed in: which browser, from where, and when it was last used."""

import re
from collections.abc import Callable
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

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
