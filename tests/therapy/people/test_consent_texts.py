"""The texts that patients consent to: every scope in every language, and none ever edited."""

import hashlib
import re
from pathlib import Path

import pytest

from therapy.models import Consent
from therapy.people import consent_texts as texts
from therapy.people.consent_texts import consent_text, newest_text

FOLDER = Path(texts.__file__).parent

# Add a line for each new text. A line that is here stays: patients decided on what it stands for.
PUBLISHED = {
    "care-1.de.txt": "524514a430d7d8dc8ec1eb087f18e9390c63062d963c962eb2c2a4d8b8024b4d",
    "care-1.en.txt": "e06dab3f69adce7badab99d6e6b945966627d5bded619db0db50963015340831",
    "care-1.zh-Hans.txt": "cbab67207e79d086cc55e5d9c74d3f3e4b04176f32e9852325b448e652879dd9",
    "experiments-1.de.txt": "7abdc2783c3ce7b62fc5b67fb25d5d6729b0a1d8334e2c75d37016f93ea24027",
    "experiments-1.en.txt": "c8702f44cc611c5142f777b1a4eca48747b87b99d18eda55f9815fa8e5b1af78",
    "experiments-1.zh-Hans.txt": "545632db04501ebf44c7ff1bc6dd9a32bba8b5b949622201a24facf7c95a5e54",
    "pooled-learning-1.de.txt": "cc4c1da586d3372692b31a2e49c82568c96f08600248d40d9f867c137880a3dc",
    "pooled-learning-1.en.txt": "fd19b35b1a870ac74545271a4768702e053057e94998220c6cb2bd026bade68d",
    "pooled-learning-1.zh-Hans.txt": (
        "39cbca43cb4f4268450052da7bb3dd090d6e236a8fac7215b26ce0adc4b59d1b"
    ),
    "reminders-1.de.txt": "a98f1545392b8bed89535cb180e11c149020623a091360879b2d100c83a971e3",
    "reminders-1.en.txt": "8c7f0d26dcb424cd62ac64b22639f7b0646f0b62bc8587b798165a398186fdc5",
    "reminders-1.zh-Hans.txt": "017b8da77e4f8794c673097320d2481a107e3ffa458f21b94e8db7e55b3c0059",
}


def test_what_was_published_is_there_to_the_byte_and_nothing_else_is() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.txt")
    }
    assert found == PUBLISHED


@pytest.mark.parametrize("language", ["en", "de", "zh-Hans"])
@pytest.mark.parametrize("scope", Consent.Scope.values)
def test_every_scope_has_a_text_in_every_language(scope: str, language: str) -> None:
    text = newest_text(scope, language)
    assert (text.scope, text.language) == (scope, language)
    assert text.title
    assert len(text.paragraphs) >= 4
    assert consent_text(scope=scope, version=text.version, language=language) == text


NEEDED = {
    "en": (
        "[Ss]tored|written down",
        "What for:",
        "free to say no",
        "take your consent back",
        "changes nothing in",
    ),
    "de": (
        "gespeichert|festgehalten",
        "Wozu:",
        "dürfen Nein sagen",
        "zurücknehmen",
        "ändert nichts an",
    ),
    "zh-Hans": (
        "保存",
        "用来做什么：",
        "可以不同意",
        "撤回同意",
        "不会影响",
    ),
}


@pytest.mark.parametrize("language", NEEDED)
@pytest.mark.parametrize("scope", Consent.Scope.values)
def test_a_text_says_what_and_what_for_and_how_to_take_it_back(scope: str, language: str) -> None:
    whole = " ".join(newest_text(scope, language).paragraphs)
    for words in NEEDED[language]:
        assert re.search(words, whole), words


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("fr", "en"),
        ("en-GB", "en"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "en"),
    ],
)
def test_the_nearest_language_is_given(asked: str, given: str) -> None:
    assert newest_text("care", asked).language == given


def test_a_newer_version_is_the_newest_and_the_older_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("care-9.en", "care-10.en", "care-9.de"):
        (tmp_path / f"{name}.txt").write_text(f"Title of {name}\n\nText.\n")
    monkeypatch.setattr(texts, "__file__", str(tmp_path / "__init__.py"))
    texts.consent_texts.cache_clear()
    try:
        assert newest_text("care", "en").version == "10"
        assert newest_text("care", "de").language == "en"  # never an older text instead
        assert consent_text(scope="care", version="9", language="de") is not None
        assert consent_text(scope="care", version="8", language="de") is None
    finally:
        texts.consent_texts.cache_clear()
