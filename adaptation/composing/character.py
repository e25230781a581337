"""What a mood asks of the music: valence and arousal become musical cues.

Directions, all taken as linear and additive, which is what listeners' ratings show (Eerola,
Friberg & Bresin 2013, doi 10.3389/fpsyg.2013.00487; Juslin & Lindström 2010, Music Analysis
29(1–3)):

========================  =========================  =========================================
cue                       follows                    source
========================  =========================  =========================================
tempo                     arousal, a little valence  Gabrielsson & Lindström 2010; Livingstone
                                                     et al. 2010
major or minor mode       valence                    Livingstone et al. 2010; Eerola et al. 2013
brighter church mode      valence                    Temperley & Tan 2013
loudness and its range    arousal                    Gabrielsson & Lindström 2010
note density              arousal                    Gabrielsson & Lindström 2010
staccato or legato        arousal                    Livingstone et al. 2010; Juslin &
                                                     Lindström 2010
pitch height              valence, a little arousal  Livingstone et al. 2010
harmonic complexity       low valence                Livingstone et al. 2010
========================  =========================  =========================================

Gabrielsson & Lindström, "The role of structure in the musical expression of emotions", in
Juslin & Sloboda (eds), Handbook of Music and Emotion, OUP 2010. Livingstone, Muhlberger, Brown &
Thompson, "Changing musical emotion", Computer Music Journal 34(1), 2010. Temperley & Tan,
"Emotional connotations of diatonic modes", Music Perception 30(3), 2013.

The sources give directions; the sizes below are ours.
"""

import random
from dataclasses import dataclass

from adaptation.composing.score import MINOR_MODES, MODES

#: Valence from which the tonic triad is major.
MAJOR_FROM_VALENCE = 0.0
#: Arousal from which brushes and a soft drum keep time.
PERCUSSION_FROM_AROUSAL = 0.35


@dataclass(frozen=True, slots=True)
class Character:
    """The cues of one piece.

    ``tempo`` is in beats per minute; ``melody_density`` and ``figure_density`` in notes per beat;
    ``register`` is the MIDI pitch the melody circles round; ``velocity`` its mean MIDI velocity
    and ``dynamic_range`` how far phrases swell, in velocity; ``legato`` the sounding part of a
    note's time; ``colour`` the probability that a chord carries a seventh or ninth.
    """

    tempo: float
    key: int
    mode: str
    beats_per_bar: int
    melody_density: float
    figure_density: float
    register: float
    velocity: float
    dynamic_range: float
    legato: float
    colour: float
    percussion: bool


def stream(seed: int, purpose: str) -> random.Random:
    """A random stream of its own for each purpose, so one rule's changes leave the others be."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 - music, not secrets


def characterise(*, seed: int, valence: float, arousal: float) -> Character:
    """The cues for a point of the plane (each coordinate −1..1), varied a little by the seed.

    Raises ValueError for a point outside the plane.
    """
    for name, value in (("valence", valence), ("arousal", arousal)):
        if not -1 <= value <= 1:
            raise ValueError(f"The {name} is {value}; it must lie between -1 and 1.")
    rng = stream(seed, "character")
    return Character(
        tempo=88 + 33 * arousal + 5 * valence + rng.uniform(-3, 3),
        key=rng.randrange(12),
        mode=_mode(rng, valence, arousal),
        beats_per_bar=3 if rng.random() < 0.35 else 4,
        melody_density=0.85 + 0.5 * arousal,
        figure_density=1.85 + 1.15 * arousal,
        register=72 + 3.5 * valence + 1.5 * arousal,
        velocity=62 + 23 * arousal,
        dynamic_range=20 + 6 * arousal,
        legato=min(0.82 - 0.2 * arousal - 0.05 * valence, 0.98),
        colour=0.45 - 0.25 * arousal - 0.15 * valence,
        percussion=arousal >= PERCUSSION_FROM_AROUSAL,
    )


def _mode(rng: random.Random, valence: float, arousal: float) -> str:
    """A mode of the right family; within it, brighter modes grow likelier with valence.

    Lydian is kept to calm pieces, where its raised fourth floats rather than presses.
    """
    weights = {
        "lydian": max(0.0, 0.5 - 0.6 * arousal) * (valence > 0.2),
        "ionian": 0.5 + valence,
        "mixolydian": max(0.0, 0.6 - valence),
        "dorian": max(0.0, 1 + 1.6 * valence),
        "aeolian": 0.3 - valence,
    }
    wants_minor = valence < MAJOR_FROM_VALENCE
    family = [mode for mode in MODES if (mode in MINOR_MODES) == wants_minor]
    return rng.choices(family, [weights[mode] for mode in family])[0]
