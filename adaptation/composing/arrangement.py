"""Who plays what: palettes of instruments, and parts that enter and leave with the form."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from adaptation.composing.character import Character, stream
from adaptation.composing.dynamics import Dynamics
from adaptation.composing.figuration import (
    Figure,
    Stroke,
    answer_rests,
    bass_line,
    break_chord,
    choose_figure,
    percussion_bar,
)
from adaptation.composing.form import Form
from adaptation.composing.harmony import Chord, Voicing
from adaptation.composing.melody import Tone
from adaptation.composing.score import Note, Part

_PLUCKED_OR_STRUCK = frozenset({"piano", "harp", "mallets", "electric piano"})

# Where each role stands against the mean velocity.
_LEAD, _SECOND, _FIGURE, _SUSTAIN, _BASS, _SPARKLE, _PERCUSSION = 8, 3, -17, -10, -5, -10, -10

#: From this legato on, broken chords ring through the bar; below it they clear, in beats.
_LEGATO, _LONG_PEDAL, _SHORT_PEDAL = 0.78, 4.0, 1.25

_FULL_ENERGY = 0.6
_PEAK_ENERGY = 0.85


@dataclass(frozen=True, slots=True)
class Palette:
    """Instruments by role; ``second`` takes the contrast or the return, and the answers.

    ``calmest`` and ``liveliest`` bound the arousal (−1..1) that the palette suits. Without a
    bass the figure's instrument plays the roots.
    """

    lead: str
    second: str
    figure: str
    sustain: str
    bass: bool
    calmest: float = -1.0
    liveliest: float = 1.0

    @property
    def instruments(self) -> tuple[str, ...]:
        """Distinct instruments, the lead first, without bass and percussion."""
        return tuple(dict.fromkeys((self.lead, self.figure, self.second, self.sustain)))


PALETTES = (
    Palette("piano", "piano", "piano", "pad", bass=False, liveliest=0.0),
    Palette("flute", "harp", "harp", "pad", bass=True, liveliest=0.2),
    Palette("mallets", "flute", "harp", "pad", bass=True, liveliest=0.1),
    Palette("harp", "mallets", "harp", "strings", bass=False, liveliest=0.1),
    Palette("piano", "flute", "harp", "pad", bass=True, liveliest=0.3),
    Palette("electric piano", "mallets", "electric piano", "pad", bass=True, liveliest=0.3),
    Palette("flute", "piano", "piano", "strings", bass=True),
    Palette("piano", "mallets", "piano", "strings", bass=True),
    Palette("mallets", "flute", "electric piano", "pad", bass=True, liveliest=0.4),
    Palette("flute", "mallets", "electric piano", "strings", bass=True, calmest=0.0),
    Palette("harp", "flute", "piano", "strings", bass=True, calmest=0.0),
    Palette("electric piano", "flute", "harp", "strings", bass=True, calmest=0.1),
    Palette("mallets", "piano", "harp", "strings", bass=True, calmest=0.2),
)


def choose_palette(*, seed: int, arousal: float) -> Palette:
    """The palette of a piece, drawn from those that suit its arousal (−1..1)."""
    fitting = [p for p in PALETTES if p.calmest <= arousal <= p.liveliest]
    return stream(seed, "palette").choice(fitting)


@dataclass(frozen=True, slots=True)
class Material:
    """What an arranger works from."""

    form: Form
    character: Character
    chords: tuple[Chord, ...]
    voicings: tuple[Voicing, ...]
    melody: tuple[Tone, ...]


def arrange(material: Material, palette: Palette, *, seed: int) -> tuple[Part, ...]:
    """All parts of the piece, each ordered in time and inside the form."""
    dynamics = Dynamics(material.form, material.character, stream(seed, "dynamics"))
    lead, second = _split_melody(material)
    parts = [
        _part(palette.lead, _melody(lead, material, dynamics, offset=_LEAD)),
        _part(palette.second, _melody(second, material, dynamics, offset=_SECOND)),
        _part(palette.second, _answers(material, dynamics, palette)),
        _part(palette.figure, _figure(material, dynamics, seed)),
        _part(palette.sustain, _sustain(material, dynamics)),
        _part("bass" if palette.bass else palette.figure, _bass(material, dynamics)),
        _part("percussion", _percussion(material, dynamics)),
    ]
    return tuple(part for part in parts if part.notes)


def _part(instrument: str, notes: Iterable[Note]) -> Part:
    return Part(instrument, tuple(sorted(notes, key=lambda note: (note.start, note.pitch))))


def _split_melody(material: Material) -> tuple[list[Tone], list[Tone]]:
    """The lead's tones and the second's."""
    bar = material.form.beats_per_bar
    spans = _second_spans(material.form)
    lead: list[Tone] = []
    second: list[Tone] = []
    for tone in material.melody:
        is_second = any(first * bar <= tone.start < last * bar for first, last in spans)
        (second if is_second else lead).append(tone)
    return lead, second


def _second_spans(form: Form) -> list[tuple[int, int]]:
    """First and last bar of what the second sings: contrasts, else returns, else an answer."""
    phrases = [section for section in form.sections if section.kind == "phrase"]
    contrasts = [section for section in phrases if section.theme != "A"]
    returns = [section for section in phrases if section.turn]
    if not contrasts and not returns:
        only = phrases[0]
        return [(only.first_bar + only.bars // 2, only.first_bar + only.bars)]
    return [
        (section.first_bar, section.first_bar + section.bars) for section in contrasts or returns
    ]


def _melody(
    tones: list[Tone], material: Material, dynamics: Dynamics, *, offset: float
) -> list[Note]:
    farewell = material.form.beats_per_bar + material.form.ring_beats / 3
    notes = []
    for tone in tones:
        is_last = tone is material.melody[-1]
        sounding = 1.0 if tone.is_rest_point else material.character.legato
        beats = farewell if is_last else tone.beats * sounding
        velocity = dynamics.velocity(tone.start, offset=offset)
        notes.append(Note(tone.start, beats, tone.pitch, velocity))
    return notes


def _answers(material: Material, dynamics: Dynamics, palette: Palette) -> list[Note]:
    """Small answers to each phrase, from a plucked or struck instrument only."""
    if palette.second not in _PLUCKED_OR_STRUCK:
        return []
    strokes = answer_rests(material.melody, material.chords)
    in_phrases = [s for s in strokes if dynamics.section_at(s.start).kind == "phrase"]
    return _notes(in_phrases, dynamics, offset=_SPARKLE)


def _figure(material: Material, dynamics: Dynamics, seed: int) -> list[Note]:
    rng = stream(seed, "figure")
    character, form = material.character, material.form
    usual = choose_figure(rng, density=character.figure_density, beats_per_bar=form.beats_per_bar)
    fuller = choose_figure(
        rng, density=character.figure_density * 1.35, beats_per_bar=form.beats_per_bar
    )
    rolled = Figure(0, ())
    pedal = _LONG_PEDAL if character.legato > _LEGATO else _SHORT_PEDAL
    strokes: list[Stroke] = []
    for chord, voicing in zip(material.chords, material.voicings, strict=True):
        section = dynamics.section_at(chord.start)
        is_last = chord is material.chords[-1]
        figure = usual
        if section.energy >= _PEAK_ENERGY:
            figure = fuller
        elif section.kind == "ending" and is_last:
            figure = rolled
        sounding = _held(chord, form) if is_last else chord
        strokes += break_chord(figure, sounding, voicing, pedal=pedal)
    # Many notes add up, so a quick figure plays each of them more softly, as do hands together.
    fullness = 7 if usual.comping else 4 * usual.rate
    return _notes(strokes, dynamics, offset=_FIGURE - fullness)


def _sustain(material: Material, dynamics: Dynamics) -> list[Note]:
    strokes: list[Stroke] = []
    for chord, voicing in zip(material.chords, material.voicings, strict=True):
        held = _held(chord, material.form) if chord is material.chords[-1] else chord
        strokes += [Stroke(held.start, held.beats, pitch) for pitch in voicing]
    return _notes(strokes, dynamics, offset=_SUSTAIN)


def _bass(material: Material, dynamics: Dynamics) -> list[Note]:
    """Roots under everything but the introduction's first half."""
    form = material.form
    chords = (*material.chords[:-1], _held(material.chords[-1], form))
    density = material.character.figure_density
    strokes = bass_line(chords, form, density=density)
    first_beat = (form.sections[0].bars // 2) * form.beats_per_bar
    last_bar = (form.bars - 1) * form.beats_per_bar
    kept = [s for s in strokes if first_beat <= s.start < last_bar]
    # The last bar keeps only its root, and holds it.
    kept += [replace(s, beats=form.beats - s.start) for s in strokes if s.start == last_bar]
    return _notes(kept, dynamics, offset=_BASS)


def _percussion(material: Material, dynamics: Dynamics) -> list[Note]:
    if not material.character.percussion:
        return []
    form = material.form
    strokes: list[Stroke] = []
    for section in form.sections:
        if section.kind != "phrase":
            continue
        hits = percussion_bar(form.beats_per_bar, busy=section.energy >= _FULL_ENERGY)
        for bar in range(section.first_bar, section.first_bar + section.bars):
            strokes += [Stroke(bar * form.beats_per_bar + at, 0.5, key) for at, key in hits]
    return _notes(strokes, dynamics, offset=_PERCUSSION)


def _held(chord: Chord, form: Form) -> Chord:
    """The last chord, held through the ring."""
    return replace(chord, beats=form.beats - chord.start)


def _notes(strokes: Iterable[Stroke], dynamics: Dynamics, *, offset: float) -> list[Note]:
    return [
        Note(s.start, s.beats, s.pitch, dynamics.velocity(s.start, offset=offset)) for s in strokes
    ]
