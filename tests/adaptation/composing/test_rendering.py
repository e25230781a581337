"""Rendered sound is whole, stereo, clean at both ends and the same every time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from adaptation.composing import Note, Part, Score, compose, render
from adaptation.composing.mixing import CHANNELS
from adaptation.composing.performance import perform
from adaptation.composing.rendering import VOICES
from adaptation.composing.score import BRUSH, SHAKER, SOFT_KICK
from adaptation.composing.synthesis import frequency, modes

RATE = 32000
KIT = {SOFT_KICK, BRUSH, SHAKER}


@pytest.fixture(scope="module")
def score() -> Score:
    return compose(seed=3, valence=0.5, arousal=0.5, seconds=30)


@pytest.fixture(scope="module")
def sound(score: Score) -> NDArray[np.float32]:
    return render(score, sample_rate=RATE)


def share_of_energy(sound: NDArray[np.float32], low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    return float(power[(hertz >= low) & (hertz < high)].sum() / power.sum())


def test_sound_is_finite_stereo_and_as_long_as_the_score(
    score: Score, sound: NDArray[np.float32]
) -> None:
    assert sound.shape == (round(score.seconds * RATE), 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 0.5 + 1e-6


def test_left_and_right_differ_but_weigh_alike(sound: NDArray[np.float32]) -> None:
    left, right = sound.T
    assert -0.2 < np.corrcoef(left, right)[0, 1] < 0.98
    assert 0.5 < np.sum(left**2) / np.sum(right**2) < 2


def test_the_piece_starts_from_and_ends_in_silence(sound: NDArray[np.float32]) -> None:
    assert np.abs(sound[:32]).max() < 1e-3
    assert np.abs(sound[-RATE // 20 :]).max() < 1e-3


def test_there_is_no_constant_offset_and_little_harshness(sound: NDArray[np.float32]) -> None:
    assert np.abs(sound.mean(axis=0)).max() < 1e-4
    assert share_of_energy(sound, 8000, RATE / 2) < 1e-3


def test_the_same_score_sounds_the_same(score: Score, sound: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(render(score, sample_rate=RATE), sound)


def test_another_sample_rate_keeps_the_length_in_seconds(score: Score) -> None:
    assert len(render(score, sample_rate=22050)) == round(score.seconds * 22050)


def test_an_unknown_instrument_is_refused_by_name() -> None:
    bagpipe = Part("bagpipe", (Note(0, 1, 60, 64),))
    score = Score(tempo=60, key=0, mode="ionian", beats_per_bar=4, beats=30, parts=(bagpipe,))
    with pytest.raises(ValueError, match="bagpipe"):
        render(score)


def test_an_unknown_percussion_key_is_refused() -> None:
    with pytest.raises(ValueError, match="99 is not in the kit"):
        VOICES["percussion"](99, 0.5, 0.5, RATE)


def test_every_voice_has_its_mixer_channel() -> None:
    assert VOICES.keys() == CHANNELS.keys()


@pytest.mark.parametrize("instrument", sorted(VOICES))
@pytest.mark.parametrize("seconds", [0.125, 1.5])
def test_every_voice_starts_and_ends_without_a_click(instrument: str, seconds: float) -> None:
    pitches = KIT if instrument == "percussion" else {38, 60, 84}
    for pitch in pitches:
        note = np.atleast_2d(VOICES[instrument](pitch, seconds, 0.6, RATE))
        peak = np.abs(note).max()
        assert peak > 0
        assert np.abs(note[:, 0]).max() < 0.01 * peak
        assert np.abs(note[:, -1]).max() < 0.01 * peak


@pytest.mark.parametrize("instrument", sorted(VOICES.keys() - {"percussion"}))
def test_every_tuned_voice_is_in_tune(instrument: str) -> None:
    note = np.atleast_2d(VOICES[instrument](60, 3.0, 0.6, RATE))[0]
    spectrum = np.abs(np.fft.rfft(note * np.hanning(len(note)), n=1 << 18))
    hertz = np.fft.rfftfreq(1 << 18, 1 / RATE)
    near = (hertz > 230) & (hertz < 300)
    strongest = hertz[near][spectrum[near].argmax()]
    assert abs(1200 * np.log2(strongest / frequency(60))) < 15


def test_louder_notes_are_louder() -> None:
    for voice in (voice for name, voice in VOICES.items() if name != "percussion"):
        soft, loud = voice(60, 1.0, 0.3, RATE), voice(60, 1.0, 0.7, RATE)
        assert np.sum(loud**2) > 2 * np.sum(soft**2)


def test_modal_synthesis_equals_the_plain_sum_of_decaying_sines() -> None:
    hertz, level = np.array([220.0, 447.0]), np.array([0.7, 0.2])
    decay = np.array([1.5, 0.6])
    time = np.arange(5000) / RATE
    plain = np.sum(
        level[:, None]
        * np.exp(-np.log(1000) * time / decay[:, None])
        * np.sin(2 * np.pi * hertz[:, None] * time),
        axis=0,
    )
    fast = modes(hertz, level, decay, length=5000, sample_rate=RATE)
    np.testing.assert_allclose(fast, plain, atol=1e-4)


def test_the_player_slows_before_the_last_chord_and_keeps_the_length(score: Score) -> None:
    beat = 60 / score.tempo
    sustained = next(i for i, part in enumerate(score.parts) if part.instrument == "strings")
    _, events = perform(score)[sustained]
    notes = score.parts[sustained].notes
    late = [event.start - note.start * beat for event, note in zip(events, notes, strict=True)]
    assert late[0] == pytest.approx(0)
    assert late[-1] > 0.5 * beat
    assert max(event.start + event.seconds for event in events) <= score.seconds + 1e-6
