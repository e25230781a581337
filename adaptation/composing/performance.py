"""From beats to seconds as a player would: a slowing end and small unevenness in time."""

from dataclasses import dataclass

import numpy as np

from adaptation.composing.score import Note, Score

#: Bars before the last attack in which the tempo gives way.
_SLOWING_BARS = 2
_SLOWING_BEATS = 0.8
#: Standard deviation and bound of a player's onset, in seconds.
_UNEVENNESS, _UNEVENNESS_BOUND = 0.006, 0.015
_STEADY = frozenset({"percussion", "pad", "strings", "bass"})


@dataclass(frozen=True, slots=True)
class Event:
    """One sounding note: ``start`` and ``seconds`` in seconds, ``velocity`` in 0..1."""

    start: float
    seconds: float
    pitch: int
    velocity: float


def perform(score: Score) -> tuple[tuple[str, tuple[Event, ...]], ...]:
    """Instrument and events of each part; the same score is always played the same way.

    The piece keeps its length: what the last bars lose by slowing is taken from the final ring.
    """
    slowing = _Slowing.of(score)
    performed = []
    for index, part in enumerate(score.parts):
        amount = 0.0 if part.instrument in _STEADY else _UNEVENNESS
        rng = np.random.default_rng([index, len(part.notes)])
        drift = np.clip(
            rng.normal(0, amount, len(part.notes)), -_UNEVENNESS_BOUND, _UNEVENNESS_BOUND
        )
        events = tuple(
            _event(note, float(late), slowing, score)
            for note, late in zip(part.notes, drift, strict=True)
        )
        performed.append((part.instrument, events))
    return tuple(performed)


def _event(note: Note, late: float, slowing: "_Slowing", score: Score) -> Event:
    start = max(0.0, slowing.seconds(note.start) + late)
    end = min(slowing.seconds(note.end), score.seconds)
    return Event(start, max(end - start, 0.05), note.pitch, note.velocity / 127)


@dataclass(frozen=True, slots=True)
class _Slowing:
    """A map from beats to seconds that gives way before the last attack."""

    beat_seconds: float
    begin: float
    last_attack: float
    end: float
    beats: float

    @classmethod
    def of(cls, score: Score) -> "_Slowing":
        bar = score.beats_per_bar
        onsets = [note.start for part in score.parts for note in part.notes]
        last_attack = max(onsets, default=0.0) // bar * bar
        begin = max(0.0, last_attack - _SLOWING_BARS * bar)
        has_room = score.beats - last_attack > 3 * _SLOWING_BEATS and last_attack > begin
        return cls(
            beat_seconds=60 / score.tempo,
            begin=begin,
            last_attack=last_attack,
            end=score.beats,
            beats=_SLOWING_BEATS if has_room else 0.0,
        )

    def seconds(self, beat: float) -> float:
        if beat <= self.begin or self.beats == 0:
            return beat * self.beat_seconds
        if beat <= self.last_attack:
            progress = (beat - self.begin) / (self.last_attack - self.begin)
            return (beat + self.beats * progress**2) * self.beat_seconds
        remaining = (self.end - beat) / (self.end - self.last_attack)
        return (beat + self.beats * remaining) * self.beat_seconds
