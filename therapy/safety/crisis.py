"""Whom someone in a crisis can reach, by country. Numbers change: each has the page of who runs it.

Looked up in 2025; `docs/safety.md` says how a wrong one is reported and mended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class CrisisLine:
    """A service to talk to, and the number of the ambulance where life is in danger; empty: not
    known."""

    name: str
    phone: str
    source: str
    emergency: str


ANYWHERE: Final = CrisisLine("Find A Helpline", "", "https://findahelpline.com", "")
LINES: Final[Mapping[str, CrisisLine]] = {
    "AT": CrisisLine("TelefonSeelsorge", "142", "https://www.telefonseelsorge.at", "144"),
    "AU": CrisisLine("Lifeline", "13 11 14", "https://www.lifeline.org.au", "000"),
    "BR": CrisisLine("CVV", "188", "https://cvv.org.br", "192"),
    "CA": CrisisLine("9-8-8 Suicide Crisis Helpline", "988", "https://988.ca", "911"),
    "CH": CrisisLine("Die Dargebotene Hand", "143", "https://www.143.ch", "144"),
    # Everywhere by 1 May 2025, at least 18 hours a day: the National Health Commission's notice of
    # 25 December 2024 (People's Daily, overseas edition, 27 December 2024).
    "CN": CrisisLine("全国统一心理援助热线", "12356", "https://www.nhc.gov.cn", "120"),
    "DE": CrisisLine("TelefonSeelsorge", "0800 1110111", "https://www.telefonseelsorge.de", "112"),
    "FR": CrisisLine("Numéro national de prévention du suicide", "3114", "https://3114.fr", "15"),
    "GB": CrisisLine("Samaritans", "116 123", "https://www.samaritans.org", "999"),
    "IE": CrisisLine("Samaritans", "116 123", "https://www.samaritans.org", "112"),
    "US": CrisisLine("988 Suicide & Crisis Lifeline", "988", "https://988lifeline.org", "911"),
}


def crisis_line(country: str) -> CrisisLine:
    """Of a country (ISO 3166-1 alpha-2); where none is known, a page that lists them."""
    return LINES.get(country.upper(), ANYWHERE)
