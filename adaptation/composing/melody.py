"""The melody: motifs laid over the form and fitted to the chords by a least-cost line."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adaptation.composing.character import Character
from adaptation.composing.form import PHRASE_BARS, Form, Section
from adaptation.composing.harmony import Chord
from adaptation.composing.motif import Motif, invent, invert, ornament, rest_on, transpose

#: A scale step is this many semitones on average, 12/7.
_SEMITONES_PER_STEP = 12 / 7
#: Half the width of the melody's range in semitones.
_REACH = 11

_OUT_OF_REACH = 1e6


@dataclass(frozen=True, slots=True)
class Tone:
    """One melody note: ``start`` and ``beats`` in beats, MIDI ``pitch``; whether it rests."""

    start: float
    beats: float
    pitch: int
    is_rest_point: bool


@dataclass(frozen=True, slots=True)
class _Aim:
    """A note that is wanted at about ``height`` semitones above the register's middle."""

    start: float
    beats: float
    height: float
    homing: bool
    resting: bool


def sing(
    rng: random.Random, form: Form, chords: tuple[Chord, ...], character: Character
) -> tuple[Tone, ...]:
    """The melody of the whole piece, silent in the introduction.

    Strong beats and long notes take chord tones that do not rub against another chord tone;
    the notes between may pass through the scale.
    """
    aims = _plan(rng, form, character)
    sounding = [_chord_at(chords, aim.start) for aim in aims]
    ladders = [
        _candidates(aim, chord, character) for aim, chord in zip(aims, sounding, strict=True)
    ]
    line = _least_cost_line(aims, sounding, ladders, character)
    return tuple(
        Tone(aim.start, aim.beats, pitch, aim.resting)
        for aim, pitch in zip(aims, line, strict=True)
    )


def _plan(rng: random.Random, form: Form, character: Character) -> list[_Aim]:
    bar = form.beats_per_bar
    main = invent(rng, beats_per_bar=bar, density=character.melody_density)
    second = invent(rng, beats_per_bar=bar, density=character.melody_density * 1.15)
    # The contrast keeps the motif's rhythm half of the time, so the piece stays of one cloth.
    contrast = invert(main) if rng.random() < 0.5 else second
    answer = rng.choice((-1, 1, 2))
    aims: list[_Aim] = []
    for section in form.sections:
        if section.kind == "phrase":
            motif = main if section.theme == "A" else contrast
            for index, statement in enumerate(_phrase(section, motif, answer, bar)):
                is_last = 2 * (index + 1) == section.bars
                rests = is_last or (section.bars == PHRASE_BARS and index == 1)
                offset = float((section.first_bar + 2 * index) * bar)
                aims += _aims(statement, offset, rests=rests, homes=is_last)
        elif section.kind == "ending":
            aims += _farewell(main, section, bar)
    return aims


def _phrase(section: Section, motif: Motif, answer: int, bar: int) -> list[Motif]:
    """Two-bar statements: motif, answer, motif again and a cadence; half a phrase has the ends."""
    varied = ornament(motif) if section.turn % 2 else motif
    lift = 1 if section.theme != "A" else 0
    cadence = rest_on(transpose(motif, 1), beats_per_bar=bar, step=0)
    if section.bars < PHRASE_BARS:
        return [varied, cadence]
    half_cadence = rest_on(transpose(varied, answer), beats_per_bar=bar, step=answer)
    # Each return climbs a little higher in its third statement: the top of the arch.
    climb = 2 if section.turn or lift else 1
    return [
        transpose(motif, lift),
        transpose(half_cadence, lift),
        transpose(varied, climb + lift),
        cadence,
    ]


def _aims(statement: Motif, offset: float, *, rests: bool, homes: bool) -> list[_Aim]:
    last = len(statement) - 1
    return [
        _Aim(
            start=offset + note.start,
            beats=note.beats,
            height=note.step * _SEMITONES_PER_STEP,
            homing=homes and index == last,
            resting=rests and index == last,
        )
        for index, note in enumerate(statement)
    ]


def _farewell(motif: Motif, section: Section, bar: int) -> list[_Aim]:
    """The motif's first two notes, slowed to a bar each where there is room, and the tonic."""
    start = section.first_bar * bar
    heads = [note.step for note in motif[: section.bars - 1]][:2]
    before = section.bars - 1 - len(heads)
    aims = [
        _Aim((start + (before + index) * bar), float(bar), step * _SEMITONES_PER_STEP, False, False)
        for index, step in enumerate(heads)
    ]
    last_bar = float(start + (section.bars - 1) * bar)
    return [*aims, _Aim(last_bar, float(bar), 0.0, True, True)]


def _chord_at(chords: Sequence[Chord], beat: float) -> Chord:
    return max((chord for chord in chords if chord.start <= beat + 1e-9), key=lambda c: c.start)


def _is_strong(aim: _Aim, beats_per_bar: int) -> bool:
    pulse = 2 if beats_per_bar == 4 else beats_per_bar
    return aim.start % pulse == 0 or aim.beats >= 1.5 or aim.resting


def stable_tones(chord: Chord) -> frozenset[int]:
    """Pitch classes of the chord with no other chord tone a semitone away."""
    tones = chord.pitch_classes
    return frozenset(
        tone for tone in tones if not any((tone - other) % 12 in (1, 11) for other in tones)
    )


def _candidates(aim: _Aim, chord: Chord, character: Character) -> NDArray[np.int64]:
    allowed = (
        stable_tones(chord) if _is_strong(aim, character.beats_per_bar) else frozenset(chord.scale)
    )
    middle = round(character.register)
    reach = range(middle - _REACH, middle + _REACH + 1)
    return np.array([pitch for pitch in reach if pitch % 12 in allowed])


def _least_cost_line(
    aims: list[_Aim],
    chords: list[Chord],
    ladders: list[NDArray[np.int64]],
    character: Character,
) -> list[int]:
    """The pitches, one from each ladder, whose line costs least (Viterbi)."""
    own = [
        _own_cost(aim, chord, ladder, character)
        for aim, chord, ladder in zip(aims, chords, ladders, strict=True)
    ]
    total = own[0]
    back: list[NDArray[np.int64]] = []
    for index in range(1, len(aims)):
        through = total[:, None] + _move_cost(index, aims, chords, ladders)
        best = through.argmin(axis=0)
        back.append(best)
        total = through[best, np.arange(len(best))] + own[index]
    path = [int(total.argmin())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    path.reverse()
    return [int(ladder[index]) for ladder, index in zip(ladders, path, strict=True)]


def _own_cost(
    aim: _Aim, chord: Chord, pitches: NDArray[np.int64], character: Character
) -> NDArray[np.float64]:
    height = pitches - character.register
    cost = 0.15 * np.abs(height - aim.height) + 0.5 * np.maximum(0, np.abs(height) - 8)
    foreign = ~np.isin(pitches % 12, chord.pitch_classes)
    cost = cost + foreign * (0.5 + 0.8 * (aim.beats >= 1))
    if aim.homing:
        degree = (pitches - character.key) % 12
        cost = cost + np.select([degree == 0, np.isin(degree, (3, 4)), degree == 7], [0, 2, 3], 6.0)
    return np.asarray(cost, dtype=np.float64)


def _move_cost(
    index: int, aims: list[_Aim], chords: list[Chord], ladders: list[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Cost [M, N] of each move from the note before to this one."""
    before, after = ladders[index - 1], ladders[index]
    move = after[None, :] - before[:, None]
    size = np.abs(move)
    wanted = aims[index].height - aims[index - 1].height
    cost = 0.5 * np.abs(move - wanted) + 0.5 * np.maximum(0, size - 4)
    cost = cost + 4.0 * (size > 9) + _OUT_OF_REACH * (size > 12) + 1.0 * (size == 6)
    if round(wanted) != 0:
        cost = cost + 1.2 * (size == 0)
    foreign_before = ~np.isin(before % 12, chords[index - 1].pitch_classes)
    foreign_after = ~np.isin(after % 12, chords[index].pitch_classes)
    # A note outside the chord is entered and left by step.
    passing = foreign_before[:, None] | foreign_after[None, :]
    return np.asarray(cost + 2.0 * (passing & (size > 2)), dtype=np.float64)
