"""What a phone shows beside the crisis contacts, by language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """`not_watched`: that nobody looks on. `emergency`: whom to call where no number is known."""

    not_watched: str
    emergency: str


WORDS = {
    "en": Words(
        "Nobody is watching this phone as you use it. If your life is in danger, call the "
        "emergency number now.",
        "the emergency number of your country",
    ),
    "de": Words(
        "Niemand sieht zu, während Sie dieses Telefon benutzen. Wenn Ihr Leben in Gefahr ist, "
        "rufen Sie jetzt den Notruf an.",
        "der Notruf Ihres Landes",
    ),
    "zh-Hans": Words(
        "您使用这部手机时，没有人在实时查看。如果您有生命危险，请立即拨打急救电话。",
        "您所在国家的急救电话",
    ),
}
