"""The rules write music: in range, in form, with cadences, and without rubs."""

from collections import defaultdict
from itertools import combinations, groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.composing import Note, Score, compose
from adaptation.composing.character import characterise, stream
from adaptation.composing.form import lay_out
from adaptation.composing.harmony import harmonise
from adaptation.composing.melody import sing

ANYWHERE = {
    "seed": st.integers(0, 10**9),
    "valence": st.floats(-1, 1),
    "arousal": st.floats(-1, 1),
}
SUSTAINED = {"pad", "strings"}
MELODIC_RANGE = range(33, 97)

few_examples = settings(max_examples=25, deadline=None)


def tonal_parts(score: Score) -> list[tuple[Note, ...]]:
    return [part.notes for part in score.parts if part.instrument != "percussion"]


def sustained_chords(score: Score) -> list[list[int]]:
    notes = next(part.notes for part in score.parts if part.instrument in SUSTAINED)
    by_start = groupby(notes, key=lambda note: note.start)
    return [sorted(note.pitch for note in together) for _, together in by_start]


def test_the_same_seed_gives_the_same_score() -> None:
    first = compose(seed=7, valence=0.3, arousal=-0.4, seconds=50)
    assert compose(seed=7, valence=0.3, arousal=-0.4, seconds=50) == first


def test_another_seed_gives_another_score() -> None:
    first = compose(seed=7, valence=0.3, arousal=-0.4, seconds=50)
    assert compose(seed=8, valence=0.3, arousal=-0.4, seconds=50).parts != first.parts


@few_examples
@given(**ANYWHERE, seconds=st.floats(30, 240))
def test_a_piece_lasts_as_long_as_asked(
    seed: int, valence: float, arousal: float, seconds: float
) -> None:
    score = compose(seed=seed, valence=valence, arousal=arousal, seconds=seconds)
    assert score.seconds == pytest.approx(seconds)


@few_examples
@given(**ANYWHERE)
def test_every_note_is_playable_and_inside_the_piece(
    seed: int, valence: float, arousal: float
) -> None:
    score = compose(seed=seed, valence=valence, arousal=arousal, seconds=45)
    for notes in tonal_parts(score):
        assert all(note.pitch in MELODIC_RANGE for note in notes)
    ends = [note.end for part in score.parts for note in part.notes]
    assert max(ends) <= score.beats + 1e-6


@few_examples
@given(**ANYWHERE)
def test_no_semitone_or_minor_ninth_sounds_on_a_strong_beat(
    seed: int, valence: float, arousal: float
) -> None:
    score = compose(seed=seed, valence=valence, arousal=arousal, seconds=45)
    notes = [note for part in tonal_parts(score) for note in part]
    for beat in range(0, int(score.beats), score.beats_per_bar):
        sounding = {note.pitch for note in notes if note.start <= beat < note.end - 1e-6}
        rubs = [pair for pair in combinations(sounding, 2) if abs(pair[0] - pair[1]) in (1, 13)]
        assert not rubs, f"beat {beat} of seed {seed}"


@few_examples
@given(**ANYWHERE)
def test_sustained_voices_never_leap_an_octave_and_mostly_move_little(
    seed: int, valence: float, arousal: float
) -> None:
    chords = sustained_chords(compose(seed=seed, valence=valence, arousal=arousal, seconds=60))
    moves = [
        abs(after - before)
        for earlier, later in pairwise(chords)
        for before, after in zip(earlier, later, strict=True)
    ]
    assert max(moves) < 12
    assert sum(moves) / len(moves) < 3


@few_examples
@given(**ANYWHERE)
def test_the_last_chord_is_the_tonic_triad_over_its_root(
    seed: int, valence: float, arousal: float
) -> None:
    score = compose(seed=seed, valence=valence, arousal=arousal, seconds=45)
    third = 3 if score.is_minor else 4
    degrees = {(pitch - score.key) % 12 for pitch in sustained_chords(score)[-1]}
    assert degrees <= {0, third, 7}
    held = [note for part in tonal_parts(score) for note in part if note.end > score.beats - 0.1]
    assert min(note.pitch for note in held) % 12 == score.key


def test_the_melody_ends_on_the_tonic_chord_and_waits_for_the_introduction() -> None:
    for seed in range(12):
        score = compose(seed=seed, valence=0.4, arousal=-0.5, seconds=55)
        form = lay_out(
            seconds=55,
            tempo=characterise(seed=seed, valence=0.4, arousal=-0.5).tempo,
            beats_per_bar=score.beats_per_bar,
        )
        melody = score.parts[0].notes
        assert melody[0].start >= form.sections[0].bars * score.beats_per_bar
        assert (melody[-1].pitch - score.key) % 12 in {0, 4, 7}


def test_the_motif_returns_within_its_phrase() -> None:
    for seed in range(12):
        character = characterise(seed=seed, valence=0.2, arousal=0.0)
        form = lay_out(seconds=60, tempo=character.tempo, beats_per_bar=character.beats_per_bar)
        chords = harmonise(
            stream(seed, "harmony"), form, key=character.key, mode=character.mode, colour=0.3
        )
        melody = sing(stream(seed, "melody"), form, chords, character)
        phrase = next(section for section in form.sections if section.kind == "phrase")
        statements = defaultdict(list)
        for tone in melody:
            bar, offset = divmod(tone.start, character.beats_per_bar)
            index, odd = divmod(bar - phrase.first_bar, 2)
            statements[index].append((odd * character.beats_per_bar + offset, tone.beats))
        assert statements[0] == statements[2]


def test_a_phrase_is_eight_bars_and_the_last_theme_comes_home() -> None:
    form = lay_out(seconds=120, tempo=80, beats_per_bar=4)
    phrases = [section for section in form.sections if section.kind == "phrase"]
    assert {section.bars for section in phrases[:-1]} == {8}
    assert phrases[0].theme == phrases[-1].theme == "A"
    assert "B" in {section.theme for section in phrases}
    assert form.bars == sum(section.bars for section in form.sections)


@pytest.mark.parametrize("arousal", [-0.8, -0.2, 0.3, 0.7])
def test_only_negative_valence_sounds_minor(arousal: float) -> None:
    for seed in range(20):
        assert compose(seed=seed, valence=-0.3, arousal=arousal, seconds=30).is_minor
        assert not compose(seed=seed, valence=0.3, arousal=arousal, seconds=30).is_minor


def test_percussion_plays_only_in_lively_pieces() -> None:
    for seed in range(10):
        calm = compose(seed=seed, valence=0, arousal=-0.3, seconds=40)
        lively = compose(seed=seed, valence=0, arousal=0.6, seconds=40)
        assert "percussion" not in {part.instrument for part in calm.parts}
        assert "percussion" in {part.instrument for part in lively.parts}


def test_an_introduction_and_an_ending_are_softer_than_the_middle() -> None:
    for seed in range(10):
        score = compose(seed=seed, valence=0.3, arousal=-0.3, seconds=60)
        notes = next(part.notes for part in score.parts if part.instrument in SUSTAINED)
        middle = [n.velocity for n in notes if 0.4 < n.start / score.beats < 0.6]
        edges = [notes[0].velocity, notes[-1].velocity]
        assert max(edges) < sum(middle) / len(middle)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"valence": 1.2, "arousal": 0, "seconds": 50}, "valence is 1.2"),
        ({"valence": 0, "arousal": -2, "seconds": 50}, "arousal is -2"),
        ({"valence": 0, "arousal": 0, "seconds": 5}, "30 to 900"),
    ],
)
def test_a_wish_outside_the_ranges_is_refused(arguments: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        compose(seed=1, **arguments)
