"""Rendering: a score becomes stereo sound."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from adaptation.composing import instruments
from adaptation.composing.mixing import CHANNELS, Channel, add_room, polish
from adaptation.composing.percussion import percussion
from adaptation.composing.performance import Event, perform
from adaptation.composing.score import Score
from adaptation.composing.synthesis import Signal, frames

Voice = Callable[[int, float, float, int], Signal]

VOICES: dict[str, Voice] = {
    "piano": instruments.felt_piano,
    "harp": instruments.harp,
    "mallets": instruments.mallets,
    "electric piano": instruments.electric_piano,
    "bass": instruments.soft_bass,
    "flute": instruments.flute,
    "pad": instruments.warm_pad,
    "strings": instruments.soft_strings,
    "percussion": percussion,
}

#: Notes within the same steps of time and velocity share one rendering.
_DURATION_STEP = 0.125
_VELOCITY_STEPS = 16


def render(score: Score, *, sample_rate: int = 32000) -> NDArray[np.float32]:
    """The score as sound: frames [n, 2] in −1..1, peaking at half of full scale.

    It lasts ``score.seconds``, fades in and out and is the same on every call. Raises
    ValueError for an instrument that is not in ``VOICES``.
    """
    unknown = {part.instrument for part in score.parts} - VOICES.keys()
    if unknown:
        raise ValueError(
            f"No instrument called {', '.join(sorted(unknown))}; there are {', '.join(VOICES)}."
        )
    length = frames(score.seconds, sample_rate)
    dry = np.zeros((2, length), dtype=np.float32)
    send = np.zeros_like(dry)
    for instrument, events in perform(score):
        channel = CHANNELS[instrument]
        sound = _play(VOICES[instrument], events, channel, length, sample_rate)
        dry += sound
        send += np.float32(channel.send) * sound
    mix = add_room(dry, send, tempo=score.tempo, sample_rate=sample_rate)
    return polish(mix, sample_rate=sample_rate)


def _play(
    voice: Voice, events: tuple[Event, ...], channel: Channel, length: int, sample_rate: int
) -> Signal:
    """All events of one part, placed in stereo [2, n]; like notes are synthesised once."""
    bus = np.zeros((2, length), dtype=np.float32)
    known: dict[tuple[int, int, int], Signal] = {}
    for event in events:
        like = (
            event.pitch,
            -int(-event.seconds // _DURATION_STEP),
            max(1, round(event.velocity * _VELOCITY_STEPS)),
        )
        if like not in known:
            pitch, duration, velocity = like
            known[like] = voice(
                pitch, duration * _DURATION_STEP, velocity / _VELOCITY_STEPS, sample_rate
            )
        _add(bus, known[like], round(event.start * sample_rate), channel.sides(event.pitch))
    return bus


def _add(bus: Signal, sound: Signal, start: int, sides: tuple[float, float]) -> None:
    """Mix a mono [n] or stereo [2, n] sound into the bus from a frame on, in place."""
    room_left = bus.shape[1] - start
    sound = np.atleast_2d(sound)[:, :room_left]
    for side, gain in enumerate(sides):
        source = sound[min(side, len(sound) - 1)]
        bus[side, start : start + len(source)] += np.float32(gain) * source
