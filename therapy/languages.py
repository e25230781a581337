"""Which of the languages that there are words in somebody gets."""

from collections.abc import Iterable

ENGLISH = "en"
"""There are words in it of everything."""

MEANT = dict.fromkeys(("zh", "zh-cn", "zh-sg"), "zh-hans")
"""Tags that are sent without the script that is meant (Unicode CLDR, likely subtags). Chinese of
other places may be meant in the other script, and is not served by this one."""


def nearest(there: Iterable[str], wanted: Iterable[str]) -> str:
    """The first of the wanted languages (BCP 47 tags, best first) that is there, or English.

    Words serve for narrower tags too: `de` for `de-AT` (RFC 4647 §3.4, lookup).
    """
    known = {language.lower(): language for language in there}
    for tag in wanted:
        parts = MEANT.get(tag.lower(), tag.lower()).split("-")
        for length in range(len(parts), 0, -1):
            if found := known.get("-".join(parts[:length])):
                return found
    return ENGLISH
