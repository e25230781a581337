"""What a rated track tells: three outcomes, on one scale.

Every learner predicts, and every support row carries, the outcomes in this order, each in −1..1:
how much the track was liked, and the mood after it as valence and arousal.
"""

from typing import Final

OUTCOMES: Final = ("liking", "valence", "arousal")
LIKING, VALENCE, AROUSAL = range(3)

CARRIES: Final = (None, 0, 1)
"""The mood axis (0 valence, 1 arousal) that persists into each outcome; liking is no mood."""


def liking_to_unit(liking: float) -> float:
    """A liking of 1..5 on the scale −1..1 that the learners use."""
    return (liking - 3.0) / 2.0


def unit_to_liking(unit: float) -> float:
    """A predicted liking in −1..1 back on the patient's scale of 1..5."""
    return unit * 2.0 + 3.0
