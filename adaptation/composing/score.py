"""The score: what any composer hands to the renderer."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

#: Semitones above the tonic of each mode's seven notes.
MODES: dict[str, tuple[int, ...]] = {
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
}
#: Modes whose tonic triad is minor.
MINOR_MODES = frozenset({"dorian", "aeolian"})

#: General MIDI percussion keys that a percussion part may use.
SOFT_KICK, BRUSH, SHAKER = 36, 38, 70

#: Rounding of beats may leave a note this far beyond the end of its score.
BEAT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    ``start`` and ``duration`` are in beats (quarter notes), ``pitch`` is a MIDI note number
    (60 is middle C; in the percussion part a General MIDI percussion key) and ``velocity`` runs
    from 1 to 127. Raises ValueError outside these ranges.
    """

    start: float
    duration: float
    pitch: int
    velocity: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.duration <= 0:
            raise ValueError(
                f"A note starts at beat {self.start} and lasts {self.duration} beats; "
                "the start must not be negative and the duration must be positive."
            )
        if not 0 <= self.pitch <= 127:
            raise ValueError(f"A note has pitch {self.pitch}; MIDI pitches run from 0 to 127.")
        if not 1 <= self.velocity <= 127:
            raise ValueError(f"A note has velocity {self.velocity}; it must be 1 to 127.")

    @property
    def end(self) -> float:
        """The beat at which the note is released."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Part:
    """The notes that one instrument plays, ordered by start."""

    instrument: str
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        if any(later.start < earlier.start for earlier, later in pairwise(self.notes)):
            raise ValueError(f"The notes of the part for {self.instrument} are not in time order.")


@dataclass(frozen=True, slots=True)
class Score:
    """A whole piece.

    ``tempo`` is in beats per minute, ``key`` the pitch class of the tonic (0 is C, 11 is B),
    ``mode`` a key of ``MODES``, and ``beats`` the length up to the end of the last ring, so that
    the piece lasts ``seconds``. Raises ValueError where a part leaves the piece.
    """

    tempo: float
    key: int
    mode: str
    beats_per_bar: int
    beats: float
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if self.tempo <= 0 or self.beats <= 0 or self.beats_per_bar < 1:
            raise ValueError("A score needs a positive tempo, length and number of beats per bar.")
        if not 0 <= self.key <= 11:
            raise ValueError(f"The score has key {self.key}; pitch classes run from 0 to 11.")
        if self.mode not in MODES:
            raise ValueError(f"Unknown mode {self.mode!r}; use one of {', '.join(MODES)}.")
        for part in self.parts:
            late = [note for note in part.notes if note.end > self.beats + BEAT_TOLERANCE]
            if late:
                raise ValueError(
                    f"The {part.instrument} part holds a note until beat {late[0].end}, "
                    f"but the piece ends at beat {self.beats}."
                )

    @property
    def seconds(self) -> float:
        """Length of the piece in seconds."""
        return self.beats * 60 / self.tempo

    @property
    def is_minor(self) -> bool:
        """Whether the tonic triad is minor."""
        return self.mode in MINOR_MODES


class Composer(Protocol):
    """Anything that writes a score for a point of the valence–arousal plane.

    ``valence`` and ``arousal`` lie in −1..1 and ``seconds`` is the length wanted; the same
    arguments always give the same score. The rules in this package are one such composer.
    """

    def __call__(self, *, seed: int, valence: float, arousal: float, seconds: float) -> Score: ...
