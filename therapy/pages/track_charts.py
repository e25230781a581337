"""Geometry of what is drawn of tracks: the waveform, the levels, and the plane of affect.

Pure arithmetic, no records and no markup. Lengths are units of the drawings' view boxes, y downward
as in SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from therapy.catalogue.levelling import TARGET_LUFS, Levelling
from therapy.catalogue.places import Place

WAVE_WIDTH, WAVE_HEIGHT = 800, 120

SOFTEST, LOUDEST = -60.0, 0.0  # LUFS, the ends of the level bars
LEVEL_LEFT, LEVEL_RIGHT = 0.0, 320.0

PLANE = 360
PLANE_LEFT, PLANE_RIGHT, PLANE_TOP, PLANE_BOTTOM = 30.0, 350.0, 10.0, 330.0


def waveform_path(waveform: Sequence[float]) -> str:
    """An SVG path around the middle line: there along the upper edge, back along the lower."""
    middle, step = WAVE_HEIGHT / 2, WAVE_WIDTH / max(len(waveform), 1)
    places = [
        ((index + 0.5) * step, max(peak, 0.01) * middle) for index, peak in enumerate(waveform)
    ]
    upper = [f"{x:.1f},{middle - swing:.1f}" for x, swing in places]
    lower = [f"{x:.1f},{middle + swing:.1f}" for x, swing in reversed(places)]
    return f"M0,{middle:.0f} L{' '.join(upper)} L{WAVE_WIDTH},{middle:.0f} L{' '.join(lower)} Z"


@dataclass(frozen=True)
class LevelBars:
    """How long the bars of a track's loudness are, as it is and as it is played, and where the
    target stands."""

    measured: float
    played: float
    target: float


def level_bars(levelling: Levelling) -> LevelBars:
    return LevelBars(
        measured=_along(levelling.measured),
        played=_along(levelling.loudness),
        target=_along(TARGET_LUFS),
    )


def _along(lufs: float) -> float:
    share = (min(max(lufs, SOFTEST), LOUDEST) - SOFTEST) / (LOUDEST - SOFTEST)
    return LEVEL_LEFT + share * (LEVEL_RIGHT - LEVEL_LEFT)


@dataclass(frozen=True)
class Dot:
    """A track in the plane: its centre, and how far one standard deviation reaches."""

    x: float
    y: float
    reach_x: float
    reach_y: float
    place: Place


def dot_of(place: Place) -> Dot:
    """Where a place is drawn: valence to the right, arousal upward."""
    across, down = (PLANE_RIGHT - PLANE_LEFT) / 2, (PLANE_BOTTOM - PLANE_TOP) / 2
    return Dot(
        x=PLANE_LEFT + (place.valence + 1) * across,
        y=PLANE_BOTTOM - (place.arousal + 1) * down,
        reach_x=place.valence_spread * across,
        reach_y=place.arousal_spread * down,
        place=place,
    )
