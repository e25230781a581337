"""Real recordings: what is known of them by name has to be found in them."""

from __future__ import annotations

import functools
import math
import os
from pathlib import Path

import pytest

from adaptation.audio import TrackAnalysis, UnusableAudio, analyse
from tests.needs import data_folder

MUSIC = ("Sugar_Plum", "ragtime", "sweet-waltz", "Vibe_Ace", "Lets_Go_Fishin")
SPEECH = ("198-209", "3436-172162", "5703-47212")
ANIMALS = ("humpback", "pibble")


def recording(part: str) -> Path:
    folder = data_folder() / "audio"
    found = sorted(folder.rglob(f"*{part}*.ogg"))
    if found:
        return found[0]
    words = f"no recording named like *{part}*.ogg in {folder}: put librosa's example audio there"
    if "data" in os.environ.get("ATTUNE_REQUIRE", "").split(","):
        pytest.fail(f"{words}. ATTUNE_REQUIRE says that it must be here.", pytrace=False)
    pytest.skip(words)


@functools.cache
def measured(part: str) -> TrackAnalysis:
    return analyse(recording(part))


def signature_degrees(part: str) -> float:
    values = measured(part).values
    angle = math.atan2(values["key_fifths_sin"], values["key_fifths_cos"])
    return round(math.degrees(angle)) % 360


def test_the_sugar_plum_fairy_dances_in_e_minor() -> None:
    assert signature_degrees("Sugar_Plum") == 30  # one sharp
    assert measured("Sugar_Plum").values["mode"] < 0


def test_the_string_orchestra_plays_the_fifth_hungarian_dance_in_g_minor() -> None:
    """F♯ minor is the key of the piano version; orchestras play it a semitone higher."""
    assert signature_degrees("Hungarian_Dance") == 300  # two flats
    assert measured("Hungarian_Dance").values["mode"] < 0


def test_ragtime_is_fast_and_has_a_pulse() -> None:
    values = measured("ragtime").values
    assert values["tempo"] > 120
    assert values["tempo_confidence"] > 0.5


@pytest.mark.parametrize("music", MUSIC)
@pytest.mark.parametrize("other", SPEECH + ANIMALS)
def test_music_has_more_pulse_and_less_dissonance_than_speech_and_animals(
    music: str, other: str
) -> None:
    played, spoken = measured(music).values, measured(other).values
    assert played["tempo_confidence"] > spoken["tempo_confidence"]
    assert played["sensory_dissonance"] < spoken["sensory_dissonance"]


@pytest.mark.parametrize("speech", SPEECH)
def test_speech_starts_three_to_six_sounds_a_second(speech: str) -> None:
    """About the syllable rate of read English."""
    assert 3 <= measured(speech).values["onset_rate"] <= 6


def test_a_single_bird_call_is_too_short() -> None:
    with pytest.raises(UnusableAudio, match="too short"):
        measured("bird-whistling")
