"""The instruments: each turns one note into sound, softly and without clicks.

A voice takes the MIDI pitch, the sounding time in seconds until release, the velocity (0..1) and
the sample rate in Hz, and gives frames [n] or [2, n] that end in silence. Softer notes are darker
as well as quieter, as on the real instruments.
"""

import numpy as np

from adaptation.composing.synthesis import (
    LOUDNESS_EXPONENT,
    Signal,
    envelope,
    filtered,
    frames,
    frequency,
    looped,
    modes,
    noise,
    smeared_table,
)


def felt_piano(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """Stretched partials of two strings a hair apart, felt-damped, with a faint hammer thud."""
    hertz = frequency(pitch)
    order = np.arange(1.0, 17.0)
    stretched = hertz * order * np.sqrt(1 + 3.5e-4 * order**2)
    # The hammer at an eighth of the string silences every eighth partial; the felt softens all.
    struck = np.abs(np.sin(np.pi * order / 8)) / order
    softness = (0.46 - 0.3 * velocity) * (hertz / 262) ** 0.35
    amplitudes = struck * np.exp(-softness * (order - 1))
    decay = np.clip(13 * (131 / hertz) ** 0.6, 2.5, 18) / (1 + 0.28 * (order - 1))
    length = frames(min(seconds, decay[0] * 0.7) + 0.35, sample_rate)
    beating = 2 ** (0.9 / 1200)
    tone = modes(
        np.concatenate([stretched, stretched * beating]),
        np.concatenate([0.65 * amplitudes, 0.35 * amplitudes]),
        np.concatenate([0.5 * decay, 1.2 * decay]),
        length=length,
        sample_rate=sample_rate,
    )
    tone *= envelope(length, attack=0.004, release=0.3, sample_rate=sample_rate)
    thud_length = min(length, frames(0.09, sample_rate))
    thud = filtered(noise(thud_length, seed=pitch), (120, 420), "bandpass", sample_rate=sample_rate)
    fade = envelope(thud_length, attack=0.003, release=0.08, sample_rate=sample_rate)
    tone[:thud_length] += 0.03 * thud * fade
    return np.asarray(velocity**LOUDNESS_EXPONENT * tone, dtype=np.float32)


def harp(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """A plucked string: Karplus–Strong in closed form, one decaying mode per harmonic.

    The averaging loop of Karplus & Strong (1983) makes harmonic k lose |cos(π f_k / f_s)| per
    period (Jaffe & Smith 1983); written as modes it stays in tune at every pitch.
    """
    hertz = frequency(pitch)
    order = np.arange(1.0, 25.0)
    pluck = np.abs(np.sin(np.pi * order * 0.4)) / order ** (2.1 - 0.6 * velocity)
    loop_rate = 44100.0
    phase = np.pi * np.minimum(hertz * order, 0.45 * loop_rate) / loop_rate
    loss_per_second = -np.log(np.cos(phase)) * hertz + 0.6 + 0.6 * (hertz / 262) ** 0.5
    decay = np.log(1000) / loss_per_second
    length = frames(min(seconds, decay[0] * 0.8) + 0.25, sample_rate)
    tone = modes(hertz * order, pluck, decay, length=length, sample_rate=sample_rate)
    tone *= envelope(length, attack=0.003, release=0.22, sample_rate=sample_rate)
    return np.asarray(velocity**LOUDNESS_EXPONENT * tone, dtype=np.float32)


def mallets(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """A tuned bar under a yarn mallet: modes at 1, 4 and 10 times the pitch."""
    hertz = frequency(pitch)
    ratios = np.array([1.0, 1.0015, 3.99, 9.9])
    levels = np.array([0.75, 0.25, 0.16 * velocity, 0.035 * velocity])
    decay = np.array([3.6, 3.2, 0.8, 0.22]) * (523 / hertz) ** 0.5
    length = frames(min(seconds, 3.0) + 0.4, sample_rate)
    tone = modes(hertz * ratios, levels, decay, length=length, sample_rate=sample_rate)
    tone *= envelope(length, attack=0.003, release=0.35, sample_rate=sample_rate)
    return np.asarray(velocity**LOUDNESS_EXPONENT * tone, dtype=np.float32)


def electric_piano(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """Frequency modulation (Chowning 1973): a warm body and a small, short tine."""
    hertz = frequency(pitch)
    length = frames(min(seconds, 3.5) + 0.2, sample_rate)
    time = np.arange(length) / sample_rate
    phase = 2 * np.pi * hertz * time
    index = (0.25 + 1.1 * velocity) * np.exp(-time * 2.2) + 0.12
    body = np.sin(phase + index * np.sin(phase)) * np.exp(-time * (0.7 + 0.25 * hertz / 262))
    tine_ratio = 7 if hertz * 8 < 0.3 * sample_rate else 3
    tine = np.sin(tine_ratio * phase) * np.exp(-time * 11) * 0.2 * velocity
    tone = (body + tine).astype(np.float32)
    tone *= envelope(length, attack=0.005, release=0.18, sample_rate=sample_rate)
    return np.asarray(velocity**LOUDNESS_EXPONENT * tone, dtype=np.float32)


def soft_bass(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """A round, finger-soft bass: three slow modes with a gentle attack."""
    hertz = frequency(pitch)
    order = np.arange(1.0, 6.0)
    levels = np.array([1.0, 0.42, 0.16, 0.06, 0.03]) * (0.5 + velocity) ** (order - 1)
    decay = np.array([6.0, 3.5, 2.0, 1.2, 0.8])
    length = frames(seconds + 0.2, sample_rate)
    tone = modes(hertz * order, levels, decay, length=length, sample_rate=sample_rate)
    tone *= envelope(length, attack=0.018, release=0.18, sample_rate=sample_rate)
    return np.asarray(velocity**LOUDNESS_EXPONENT * tone, dtype=np.float32)


def flute(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """Few harmonics, vibrato that comes in late, and breath round the note."""
    hertz = frequency(pitch)
    release = 0.16
    length = frames(seconds + release, sample_rate)
    time = np.arange(length) / sample_rate
    depth = 0.0035 * np.clip((time - 0.35) / 0.6, 0, 1)
    # The phase of f·(1 + depth·sin) for a depth that changes slowly.
    wobble = 2 * np.pi * 4.7
    phase = 2 * np.pi * hertz * (time - depth * np.cos(wobble * time) / wobble)
    turn = np.exp(1j * phase).astype(np.complex64)
    brightness = 0.55 + 0.45 * velocity
    levels = (1.0, 0.34 * brightness, 0.16 * brightness**2, 0.05 * brightness**3)
    tone = np.zeros(length, dtype=np.float32)
    power = np.ones(length, dtype=np.complex64)
    for harmonic, level in enumerate(levels, start=1):
        power *= turn
        if hertz * harmonic < 0.4 * sample_rate:
            tone += np.float32(level) * power.imag
    tremolo = 1 + 12 * depth * np.sin(wobble * time)
    low, high = hertz * 0.8, min(hertz * 4, 0.35 * sample_rate)
    breath = filtered(noise(length, seed=pitch), (low, high), "bandpass", sample_rate=sample_rate)
    chiff = 0.035 + (0.03 + 0.12 * velocity) * np.exp(-time * 14)
    tone = (tone * tremolo + breath * chiff).astype(np.float32)
    tone *= envelope(
        length, attack=0.09 - 0.06 * velocity, release=release, sample_rate=sample_rate
    )
    # A held tone outweighs struck ones that die away, most of all in soft, slow music.
    return np.asarray(velocity ** (LOUDNESS_EXPONENT + 0.4) * tone, dtype=np.float32)


def warm_pad(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """A slow, dark, wide pad that fades in and out under its neighbours."""
    table = smeared_table(frequency(pitch), 1.5, 500 + 1300 * _step(velocity), 26, sample_rate)
    sound = _held(table, pitch, seconds, sample_rate, attack=0.7, release=1.3)
    return np.asarray(velocity**LOUDNESS_EXPONENT * sound, dtype=np.float32)


def soft_strings(pitch: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """A small string group: brighter than the pad and quicker to speak."""
    table = smeared_table(frequency(pitch), 1.15, 900 + 2400 * _step(velocity), 14, sample_rate)
    sound = _held(table, pitch, seconds, sample_rate, attack=0.3, release=0.7)
    return np.asarray(velocity**LOUDNESS_EXPONENT * sound, dtype=np.float32)


def _step(velocity: float) -> float:
    """Brightness in eighths, so that notes of like loudness share one loop."""
    return round(velocity * 8) / 8


def _held(
    table: Signal, pitch: int, seconds: float, sample_rate: int, *, attack: float, release: float
) -> Signal:
    """A note [2, n] from a loop, with attack and release in seconds."""
    length = frames(seconds + release, sample_rate)
    # Another place in the loop for each pitch and length, so that chords do not pulse.
    sound = looped(table, 7919 * pitch + length, length)
    sound *= envelope(length, attack=min(attack, seconds), release=release, sample_rate=sample_rate)
    return sound
