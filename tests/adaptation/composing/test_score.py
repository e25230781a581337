"""The score refuses what cannot be played."""

import pytest

from adaptation.composing import Note, Part, Score


def a_score(*notes: Note, beats: float = 8, mode: str = "ionian", key: int = 0) -> Score:
    return Score(
        tempo=60, key=key, mode=mode, beats_per_bar=4, beats=beats, parts=(Part("piano", notes),)
    )


@pytest.mark.parametrize(
    ("start", "duration", "pitch", "velocity", "complaint"),
    [
        (-1, 1, 60, 64, "start must not be negative"),
        (0, 0, 60, 64, "duration must be positive"),
        (0, 1, 128, 64, "0 to 127"),
        (0, 1, 60, 0, "1 to 127"),
    ],
)
def test_a_note_outside_its_ranges_is_refused(
    start: float, duration: float, pitch: int, velocity: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Note(start, duration, pitch, velocity)


def test_a_note_held_past_the_end_of_the_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="holds a note until beat 9"):
        a_score(Note(7, 2, 60, 64), beats=8)


def test_notes_out_of_time_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in time order"):
        Part("piano", (Note(1, 1, 60, 64), Note(0, 1, 60, 64)))


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="dorian"):
        a_score(mode="locrian")


def test_a_key_that_is_no_pitch_class_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 11"):
        a_score(key=12)


def test_seconds_follow_from_beats_and_tempo() -> None:
    assert a_score(beats=90).seconds == pytest.approx(90)


def test_minor_is_told_from_the_mode() -> None:
    assert a_score(mode="dorian").is_minor
    assert not a_score(mode="lydian").is_minor
