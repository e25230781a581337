"""What a reminder says. Whoever sees the screen may read it: nothing of health, of a clinic or of
why there is music."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from therapy.languages import nearest

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
    "zh-Hans": ("提醒", "到了听音乐的时间。", "您的音乐安排在 {at}。"),
}


def spoken(*wanted: str) -> str:
    """The first of the wanted languages (BCP 47 tags, best first) that there are words in, or
    English."""
    return nearest(_TEXTS, wanted)


def words_for(*, language: str, opens: datetime, zone: str, ahead: bool) -> Words:
    """The words of one reminder; `ahead`: it comes before the session opens. A time is the
    session's own, by the patient's wall clock, which is true whenever they are read."""
    used = spoken(language)
    title, now, later = _TEXTS[used]
    at = f"{opens.astimezone(ZoneInfo(zone)):%H:%M}"
    return Words(title, later.format(at=at) if ahead else now, used)
