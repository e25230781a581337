"""What a reminder says. Whoever sees the screen may read it: nothing of health, of a clinic or of
why there is music."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

FALLBACK = "en"
TAG = "attune-reminder"
"""A newer notification with the same tag takes the place of the older one."""


@dataclass(frozen=True)
class Words:
    """A title or subject, and one sentence."""

    title: str
    body: str
    language: str


_TEXTS = {
    "en": ("Reminder", "It is time for your music.", "Your music is planned for {at}."),
    "de": ("Erinnerung", "Es ist Zeit für Ihre Musik.", "Ihre Musik ist für {at} Uhr geplant."),
}
LANGUAGES = tuple(_TEXTS)


def spoken(language: str) -> str:
    """The language that there are words in: itself, its main one ('de' for 'de-AT'), or English."""
    main = language.lower().partition("-")[0]
    return main if main in _TEXTS else FALLBACK


def words_for(*, language: str, opens: datetime, zone: str, ahead: bool) -> Words:
    """The words of one reminder; `ahead`: it comes before the session opens. A time is the
    session's own, by the patient's wall clock, which is true whenever they are read."""
    used = spoken(language)
    title, now, later = _TEXTS[used]
    at = f"{opens.astimezone(ZoneInfo(zone)):%H:%M}"
    return Words(title, later.format(at=at) if ahead else now, used)
