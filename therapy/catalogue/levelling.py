"""What it would take to play a track as loud as others: EBU R 128, and gain only downward."""

from dataclasses import dataclass

TARGET_LUFS = -23.0
HIGHEST_DBTP = -1.0


@dataclass(frozen=True)
class Levelling:
    """`gain` in dB is 0 or below; `loudness` in LUFS and `true_peak` in dBTP are those after it,
    the peak None where none was measured."""

    measured: float
    gain: float
    loudness: float
    true_peak: float | None

    @property
    def softer(self) -> float:
        """How far it stays below the target, LU."""
        return max(TARGET_LUFS - self.loudness, 0.0)

    @property
    def reaches_target(self) -> bool:
        return self.softer < 0.05


def levelled(*, loudness: float, true_peak: float | None) -> Levelling:
    """The gain for an integrated `loudness` in LUFS and a `true_peak` in dBTP: down to −23 LUFS,
    and further where the peak would lie above −1 dBTP. Nothing is made louder: a quiet recording
    has its noise, and a sudden loud one startles."""
    gain = min(0.0, TARGET_LUFS - loudness)
    if true_peak is not None:
        gain = min(gain, HIGHEST_DBTP - true_peak)
    return Levelling(
        measured=loudness,
        gain=gain,
        loudness=loudness + gain,
        true_peak=None if true_peak is None else true_peak + gain,
    )
