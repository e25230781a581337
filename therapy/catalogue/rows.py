"""What an import says of one track, and what is refused about it."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from django.core.files import File

from therapy.catalogue.models import FeatureSchema, Track
from therapy.records import Problems, problems_of

LARGEST = 3.4e38  # models read float32, whose largest number is a little above
LONGEST_TAG = 60


@dataclass(frozen=True, kw_only=True)
class SoundRow:
    """How the audio of a row looks, and by what it is found again: as `TrackSound` keeps it."""

    waveform: Sequence[float]
    fingerprint: bytes
    recording: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class TrackRow:
    """One track: all that is known of it, so that what is left out goes back to its default.

    `values` has one finite number for each column of the schema. `duration_seconds` > 0.
    `true_peak_dbtp` in dBTP. `audio` is read from its start; None leaves stored audio as it is, and
    None for `sound` what is stored of how it looks.
    """

    external_id: str
    title: str
    values: Mapping[str, float]
    artist: str = ""
    duration_seconds: float | None = None
    tags: Sequence[str] = ()
    explicit: bool = False
    language: str = ""
    lyrics: str = Track.Lyrics.UNKNOWN
    rights: str = ""
    true_peak_dbtp: float | None = None
    audio: "File[Any] | None" = None
    sound: SoundRow | None = None

    def described(self, track: Track) -> Track:
        """`track` with everything that this row says of it, but the audio and the values."""
        track.title = self.title.strip()
        track.artist = self.artist.strip()
        track.duration_seconds = _as_float(self.duration_seconds)
        track.tags = tidy_tags(self.tags)
        track.explicit = bool(self.explicit)
        track.language = self.language
        track.lyrics = str(self.lyrics)
        track.rights = self.rights.strip()
        track.true_peak_dbtp = _as_float(self.true_peak_dbtp)
        return track

    def ordered(self, schema: FeatureSchema) -> list[float]:
        """The values in the schema's column order."""
        return [float(self.values[column]) for column in schema.columns]

    def problems(self, schema: FeatureSchema) -> Problems:
        """What is wrong with this row, by field; empty when nothing is."""
        problems = problems_of(
            self.described(Track(external_id=self.external_id)), unchecked=["tags", "audio"]
        )
        if self.duration_seconds is not None and self.duration_seconds <= 0:
            problems["duration_seconds"] = [f"Must be above 0, not {self.duration_seconds}."]
        too_long = [tag for tag in self.tags if len(tag.strip()) > LONGEST_TAG]
        if too_long:
            problems["tags"] = [f"Longer than {LONGEST_TAG} characters: {too_long[0]}."]
        if refused := value_problems(self.values, schema):
            problems["values"] = refused
        return problems


def value_problems(values: Mapping[str, float], schema: FeatureSchema) -> list[str]:
    """Columns that are missing, unknown to the schema, or not a finite float32, each by name."""
    columns = schema.columns
    said = {
        "Missing": [name for name in columns if name not in values],
        f"Unknown to schema {schema}": sorted(set(values) - set(columns)),
        "Not a finite number": [
            name for name in columns if name in values and not _is_finite(values[name])
        ],
    }
    return [f"{what}: {', '.join(names)}." for what, names in said.items() if names]


def tidy_tags(tags: Sequence[str]) -> list[str]:
    """Lower-case, trimmed, each once, in the order of their first mention."""
    return list(dict.fromkeys(tag for tag in (raw.strip().lower() for raw in tags) if tag))


def _as_float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _is_finite(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value) and abs(float(value)) <= LARGEST
