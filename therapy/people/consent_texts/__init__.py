"""The texts that patients consent to: one file a scope, version and language beside this one.

A file is named SCOPE-VERSION.LANGUAGE.txt; its first line is the title, and blank lines part the
paragraphs. A text that was published is never edited, because consents name it: a change is the
next version, in every language (tests/therapy/people/test_consent_texts.py holds the digests).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from therapy.languages import nearest

NAME = re.compile(r"(?P<scope>[a-z-]+)-(?P<version>[0-9]+)\.(?P<language>[A-Za-z-]+)")


@dataclass(frozen=True)
class ConsentText:
    """What a patient reads before they decide."""

    scope: str
    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]


@lru_cache(maxsize=1)
def consent_texts() -> tuple[ConsentText, ...]:
    """Every version of every text, in every language."""
    return tuple(_read(path) for path in sorted(Path(__file__).parent.glob("*.txt")))


def consent_text(*, scope: str, version: str, language: str) -> ConsentText | None:
    """The text that a consent names, or None where there is no such text of ours."""
    wanted = (scope, version, language.lower())
    return next(
        (t for t in consent_texts() if (t.scope, t.version, t.language.lower()) == wanted), None
    )


def newest_text(scope: str, *wanted: str) -> ConsentText:
    """The newest version of the scope's text: in the first of the wanted languages (BCP 47 tags,
    best first) that there is one in, or in English."""
    texts = [text for text in consent_texts() if text.scope == scope]
    newest = max(int(text.version) for text in texts)
    by_language = {text.language: text for text in texts if int(text.version) == newest}
    return by_language[nearest(by_language, wanted)]


def _read(path: Path) -> ConsentText:
    named = NAME.fullmatch(path.stem)
    assert named is not None, f"{path.name} is not named SCOPE-VERSION.LANGUAGE.txt."
    title, *paragraphs = path.read_text(encoding="utf-8").strip().split("\n\n")
    return ConsentText(**named.groupdict(), title=title, paragraphs=tuple(paragraphs))
