import math

FIFTHS_PER_SEMITONE = 7  # seven semitones are one step on the circle of fifths


def on_circle_of_fifths(key: float) -> tuple[float, float]:
    """Cosine and sine of a key (0 C, 1 C sharp … 11 B): neighbouring keys are close."""
    angle = 2 * math.pi * (FIFTHS_PER_SEMITONE * key % 12) / 12
    return math.cos(angle), math.sin(angle)
