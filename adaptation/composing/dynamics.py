"""How loud each note is: sections, the swell of a phrase, the metre and a human unevenness."""

import math
import random
from dataclasses import dataclass

from adaptation.composing.character import Character
from adaptation.composing.form import Form, Section

_SOFTEST, _LOUDEST = 18, 118
_DOWNBEAT, _OFFBEAT = 4.0, -3.0
_UNEVENNESS = 3.0


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Velocities for one piece; ``rng`` is drawn from once per note."""

    form: Form
    character: Character
    rng: random.Random

    def velocity(self, beat: float, *, offset: float = 0.0) -> int:
        """MIDI velocity at a beat; ``offset`` places an instrument in front (+) or behind (−)."""
        section = self.section_at(beat)
        sway = self.character.dynamic_range
        level = (
            self.character.velocity
            + offset
            + sway * (section.energy - 0.5)
            + 0.5 * sway * self._swell(section, beat)
            + self._accent(beat)
            + self.rng.uniform(-_UNEVENNESS, _UNEVENNESS)
        )
        return round(min(max(level, _SOFTEST), _LOUDEST))

    def section_at(self, beat: float) -> Section:
        """The section that sounds at a beat; the ending also covers the last ring."""
        bar = beat / self.form.beats_per_bar + 1e-9
        begun = [section for section in self.form.sections if section.first_bar <= bar]
        return begun[-1]

    def _swell(self, section: Section, beat: float) -> float:
        """−1..1: an introduction grows, a phrase rises and falls, an ending dies away."""
        beats = section.bars * self.form.beats_per_bar
        progress = (beat - section.first_bar * self.form.beats_per_bar) / beats
        progress = min(max(progress, 0.0), 1.0)
        if section.kind == "intro":
            return progress - 1
        if section.kind == "ending":
            return -progress
        return math.sin(math.pi * progress) * 2 - 1

    def _accent(self, beat: float) -> float:
        if beat % self.form.beats_per_bar == 0:
            return _DOWNBEAT
        return _OFFBEAT if beat % 1 else 0.0
