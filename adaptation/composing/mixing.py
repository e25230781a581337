"""The mix: level, place and room of each instrument, and the final polish."""

from dataclasses import dataclass

import numpy as np
import scipy.signal

from adaptation.composing.synthesis import Signal, envelope, filtered, frames, noise


@dataclass(frozen=True, slots=True)
class Channel:
    """A mixer channel.

    ``gain`` is linear; ``pan`` runs from −1 (left) to 1 (right) and ``spread`` adds to it per
    octave above middle C; ``send`` is the share that goes to the reverb.
    """

    gain: float
    pan: float
    spread: float
    send: float

    def sides(self, pitch: int) -> tuple[float, float]:
        """Gains left and right for a note, of constant power."""
        place = float(np.clip(self.pan + self.spread * (pitch - 60) / 12, -0.8, 0.8))
        angle = (place + 1) * np.pi / 4
        return self.gain * float(np.cos(angle)), self.gain * float(np.sin(angle))


CHANNELS: dict[str, Channel] = {
    "piano": Channel(gain=1.15, pan=0.0, spread=0.18, send=0.30),
    "harp": Channel(gain=0.54, pan=-0.14, spread=0.20, send=0.38),
    "mallets": Channel(gain=0.72, pan=0.06, spread=0.12, send=0.45),
    "electric piano": Channel(gain=0.56, pan=-0.08, spread=0.20, send=0.28),
    "bass": Channel(gain=0.42, pan=0.0, spread=0.0, send=0.06),
    "flute": Channel(gain=0.33, pan=0.10, spread=0.0, send=0.45),
    "pad": Channel(gain=0.085, pan=0.0, spread=0.0, send=0.35),
    "strings": Channel(gain=0.075, pan=0.0, spread=0.0, send=0.40),
    "percussion": Channel(gain=0.65, pan=0.1, spread=0.0, send=0.18),
}

_PREDELAY = 0.02
_REVERB_LEVEL = 0.9
#: Bands of the room in Hz, and how their decay compares with that of the lowest.
_ROOM_BANDS = ((60.0, 600.0, 1.0), (600.0, 2500.0, 0.8), (2500.0, 7000.0, 0.4))
_LOWEST_HERTZ, _HIGHEST_HERTZ = 32.0, 9500.0
_FADE_IN, _FADE_OUT = 0.03, 4.5
_PEAK = 0.5


def room(tempo: float, *, sample_rate: int) -> Signal:
    """A stereo impulse response [2, n] of unit energy: noise whose treble dies sooner.

    Slow music gets the larger room, about 3 s of reverberation at 55 bpm and 1.7 s at 115.
    """
    decay_time = float(np.clip(4.2 - 0.022 * tempo, 1.4, 3.2))
    length = frames(decay_time * 0.9, sample_rate)
    time = np.arange(length) / sample_rate
    predelay = frames(_PREDELAY, sample_rate)
    response = np.zeros((2, length + predelay), dtype=np.float32)
    for index, (low, high, share) in enumerate(_ROOM_BANDS):
        fading = np.exp(-np.log(1000) * time / (decay_time * share)).astype(np.float32)
        for side in range(2):
            grain = noise(length, seed=10 * index + side)
            band = filtered(grain, (low, high), "bandpass", sample_rate=sample_rate)
            response[side, predelay:] += band * fading
    response[:, predelay:] *= envelope(length, attack=0.012, release=0.2, sample_rate=sample_rate)
    return np.asarray(response / np.sqrt(np.mean(np.sum(response**2, axis=1))), dtype=np.float32)


def add_room(dry: Signal, send: Signal, *, tempo: float, sample_rate: int) -> Signal:
    """The dry mix [2, n] with the reverb of its send [2, n], cut to the same length."""
    wet = scipy.signal.oaconvolve(send, room(tempo, sample_rate=sample_rate), axes=1)
    return np.asarray(dry + _REVERB_LEVEL * wet[:, : dry.shape[1]], dtype=np.float32)


def polish(mix: Signal, *, sample_rate: int) -> Signal:
    """The finished frames [n, 2]: no rumble or hiss, faded at both ends, half of full scale."""
    highest = min(_HIGHEST_HERTZ, 0.45 * sample_rate)
    clean = filtered(mix, _LOWEST_HERTZ, "highpass", sample_rate=sample_rate)
    clean = filtered(clean, highest, "lowpass", sample_rate=sample_rate)
    clean *= envelope(clean.shape[1], attack=_FADE_IN, release=_FADE_OUT, sample_rate=sample_rate)
    peak = float(np.abs(clean).max())
    if peak > 0:
        clean *= _PEAK / peak
    return np.ascontiguousarray(clean.T)
