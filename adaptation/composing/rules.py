"""The rule-based composer."""

from adaptation.composing.arrangement import Material, arrange, choose_palette
from adaptation.composing.character import characterise, stream
from adaptation.composing.form import lay_out
from adaptation.composing.harmony import harmonise, voice_lead
from adaptation.composing.melody import sing
from adaptation.composing.score import Score


def compose(*, seed: int, valence: float, arousal: float, seconds: float) -> Score:
    """A piece for a point of the valence–arousal plane, by rule; same arguments, same score.

    ``valence`` and ``arousal`` lie in −1..1 and ``seconds`` in 30..900. The score lasts exactly
    ``seconds``, the ring of its last chord included. Raises ValueError outside these ranges.
    """
    character = characterise(seed=seed, valence=valence, arousal=arousal)
    form = lay_out(seconds=seconds, tempo=character.tempo, beats_per_bar=character.beats_per_bar)
    chords = harmonise(
        stream(seed, "harmony"),
        form,
        key=character.key,
        mode=character.mode,
        colour=character.colour,
    )
    material = Material(
        form=form,
        character=character,
        chords=chords,
        voicings=voice_lead(chords),
        melody=sing(stream(seed, "melody"), form, chords, character),
    )
    return Score(
        tempo=form.tempo,
        key=character.key,
        mode=character.mode,
        beats_per_bar=form.beats_per_bar,
        beats=form.beats,
        parts=arrange(material, choose_palette(seed=seed, arousal=arousal), seed=seed),
    )
