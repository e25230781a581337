"""Feature schemas as the learners see them: what a column is, and how listeners hear it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """One column of a feature table.

    `arousal` and `valence` are the directions (−1..1) in which listeners usually hear the feature;
    only *simulated* listeners use them (adaptation/learning/simulation.py). `transition` weighs how
    much a jump in this feature from one track to the next disturbs (0: not at all). `resolution` is
    a difference, in the feature's unit, that hardly anyone hears: a collection that differs by less
    (one that was brought to the same loudness, say) is not stretched to look varied.
    """

    name: str
    unit: str
    description: str
    arousal: float = 0.0
    valence: float = 0.0
    transition: float = 0.0
    resolution: float = 0.0


@dataclass(frozen=True)
class FeatureSchema:
    """An ordered, named and versioned list of features."""

    name: str
    version: int
    features: tuple[Feature, ...]

    @property
    def label(self) -> str:
        return f"{self.name}-{self.version}"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    def weights(self, role: str) -> tuple[float, ...]:
        """The `arousal`, `valence`, `transition` or `resolution` of every column."""
        return tuple(float(getattr(feature, role)) for feature in self.features)
