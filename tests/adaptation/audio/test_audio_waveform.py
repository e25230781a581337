"""The outline of a recording, drawn from known signals."""

from pathlib import Path

import numpy as np
import pytest

from adaptation.audio import outline_of
from adaptation.audio.waveform import COLUMNS, WaveformMeter
from tests.adaptation.audio.signals import Signal, sine, stereo, write

RATE = 22_050


def waveform(signal: Signal, *, rate: int = RATE) -> tuple[float, ...]:
    """Fed in blocks of a second, as decoding does."""
    meter = WaveformMeter(sample_rate=rate)
    columns = signal if signal.ndim == 2 else signal[:, None]
    for start in range(0, len(columns), rate):
        meter.add(columns[start : start + rate])
    return meter.waveform()


def test_it_swings_as_far_as_the_signal_does_and_when_it_does() -> None:
    soft, loud = sine(220, 10, rate=RATE, dbfs=-20), sine(220, 10, rate=RATE, dbfs=-6)
    drawn = np.array(waveform(np.concatenate([soft, loud])))
    assert len(drawn) == COLUMNS
    np.testing.assert_allclose(drawn[: COLUMNS // 2], 0.1, atol=0.002)
    np.testing.assert_allclose(drawn[COLUMNS // 2 :], 0.501, atol=0.002)


def test_the_louder_channel_is_drawn_and_nothing_beyond_full_scale() -> None:
    quiet, over = sine(220, 4, rate=RATE, dbfs=-40), 1.5 * sine(220, 4, rate=RATE)
    assert set(waveform(stereo(quiet, over))) == {1.0}


def test_a_single_click_is_not_lost() -> None:
    signal = np.zeros(60 * RATE, np.float32)
    signal[31 * RATE + 17] = 0.7
    assert waveform(signal).count(0.7) == 1


@pytest.mark.parametrize("seconds", [3.0, 3.7])
def test_a_short_recording_has_a_column_for_every_hundredth(tmp_path: Path, seconds: float) -> None:
    path = write(tmp_path / "short.wav", sine(220, seconds, rate=RATE, dbfs=-6), rate=RATE)
    drawn = outline_of(path).waveform
    assert len(drawn) == round(seconds * 100)
    assert min(drawn) == pytest.approx(0.5, abs=0.01)
