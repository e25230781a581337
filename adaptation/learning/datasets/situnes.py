"""SiTunes: 30 listeners rate music in the lab and in daily life, with the mood before and after.

Grigorev et al., "SiTunes: A Situational Music Recommendation Dataset with Physiological and
Psychological Signals", CHIIR 2024. Stage 1 is a lab session of 20 tracks (mood after each only);
stages 2 and 3 are ordinary listening, one track a log, mood before and after. The authors state
no licence: read it for research, train nothing on it that is passed on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.datasets import tables
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.datasets.keys import on_circle_of_fifths
from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.learning.support import MoodHeard, Support, TrackHeard, support_rows

NAME = "situnes"
"""Of its catalogue where it is imported; a track's key begins with it."""

SCHEMA = FeatureSchema(
    NAME,
    1,
    (
        Feature("popularity", "0..100", "Popularity on the streaming service"),
        Feature("loudness", "dB", "Overall loudness", arousal=0.7, transition=0.3),
        Feature("danceability", "0..1", "Danceability", arousal=0.3, valence=0.4),
        Feature("energy", "0..1", "Energy", arousal=1.0, transition=0.2),
        Feature("speechiness", "0..1", "Speechiness"),
        Feature("acousticness", "0..1", "Acousticness", arousal=-0.5),
        Feature("instrumentalness", "0..1", "Instrumentalness", arousal=-0.2),
        Feature("musical_valence", "0..1", "Positiveness of the music", valence=1.0),
        Feature("tempo", "bpm", "Tempo", arousal=0.4, valence=0.2, transition=0.3),
        Feature("key_fifths_cos", "", "Key on the circle of fifths, cosine", transition=0.2),
        Feature("key_fifths_sin", "", "Key on the circle of fifths, sine", transition=0.2),
        Feature("pitch_mean", "Hz", "Fundamental frequency, mean (openSMILE)"),
        Feature("pitch_sd", "Hz", "Fundamental frequency, standard deviation (openSMILE)"),
        Feature("spectrum_sd", "", "Auditory spectrum length, standard deviation (openSMILE)"),
        Feature("rms_sd", "", "RMS energy, standard deviation (openSMILE)", arousal=0.3),
        Feature("sharpness_mean", "", "Psychoacoustic sharpness, mean (openSMILE)", arousal=0.2),
        Feature("sharpness_sd", "", "Psychoacoustic sharpness, standard deviation (openSMILE)"),
        Feature("zero_crossings_mean", "", "Zero-crossing rate, mean (openSMILE)", arousal=0.2),
        Feature("zero_crossings_sd", "", "Zero-crossing rate, standard deviation (openSMILE)"),
    ),
)

_AS_GIVEN = {
    "musical_valence": "valence",
    "pitch_mean": "F0final_sma_amean",
    "pitch_sd": "F0final_sma_stddev",
    "spectrum_sd": "audspec_lengthL1norm_sma_stddev",
    "rms_sd": "pcm_RMSenergy_sma_stddev",
    "sharpness_mean": "pcm_fftMag_psySharpness_sma_amean",
    "sharpness_sd": "pcm_fftMag_psySharpness_sma_stddev",
    "zero_crossings_mean": "pcm_zcr_sma_amean",
    "zero_crossings_sd": "pcm_zcr_sma_stddev",
}
_FROM_KEY = ("key_fifths_cos", "key_fifths_sin")
_DATA_SET = "the SiTunes data set"


@dataclass(frozen=True)
class SiTunesTrack:
    item: str
    title: str
    artist: str
    genre: str
    duration_seconds: float
    values: dict[str, float]


@dataclass(frozen=True)
class Log:
    """One track heard by one listener. Moods are (valence, arousal) in −1..1."""

    stage: int
    number: str  # unique within the stage
    listener: str
    item: str
    heard_at: datetime
    rating: int
    before: tuple[float, float] | None
    after: tuple[float, float]


@dataclass(frozen=True)
class SiTunes:
    tracks: dict[str, SiTunesTrack]
    logs: list[Log]  # in time order

    def of_listener(self, listener: str) -> list[Log]:
        return [log for log in self.logs if log.listener == listener]

    @property
    def listeners(self) -> list[str]:
        return sorted({log.listener for log in self.logs}, key=int)


def read(folder: Path) -> SiTunes:
    """The data set in a folder laid out as its authors publish it. Raises BadData."""
    tracks = {track.item: track for track in _tracks(folder)}
    logs = sorted(
        (log for stage in (1, 2, 3) for log in _logs(folder, stage)),
        key=lambda log: (log.heard_at, log.stage, int(log.number.split("-")[-1])),
    )
    unknown = {log.item for log in logs} - set(tracks)
    if unknown:
        raise BadData(f"Rated tracks without metadata: {', '.join(sorted(unknown)[:5])} …")
    return SiTunes(tracks, logs)


def histories(data: SiTunes) -> dict[str, Support]:
    """Every listener's whole history as the learners read it, by listener."""
    return {listener: _history(data, data.of_listener(listener)) for listener in data.listeners}


def _history(data: SiTunes, logs: list[Log]) -> Support:
    rows = [row for log in logs for row in support_rows(events_of(log))]
    features = np.stack([features_of(data.tracks[row.track]) for row in rows])
    return Support.of(rows, features, [f"{NAME}/{row.track}" for row in rows])


def events_of(log: Log) -> list[MoodHeard | TrackHeard[str]]:
    """A log as a sitting: mood before (not asked in stage 1), the track, mood after."""
    heard: list[MoodHeard | TrackHeard[str]] = [
        TrackHeard(log.item, log.rating),
        MoodHeard(log.after),
    ]
    return heard if log.before is None else [MoodHeard(log.before), *heard]


def features_of(track: SiTunesTrack) -> NDArray[np.float32]:
    """The track's features [F] in the order of SCHEMA."""
    return np.array([track.values[name] for name in SCHEMA.columns], np.float32)


def _tracks(folder: Path) -> Iterator[SiTunesTrack]:
    metadata = folder / "music_metadata"
    named = metadata / "music_info_withname.csv"
    names = dict(
        tables.read_rows(named, ("i_id_c", "music", "singer"), _name_of, data_set=_DATA_SET)
    )
    given = [_AS_GIVEN.get(name, name) for name in SCHEMA.columns if name not in _FROM_KEY]
    columns = ("item_id", "key", "duration", "general_genre", *given)
    for track in tables.read_rows(
        metadata / "music_info.csv", columns, _track_of, data_set=_DATA_SET
    ):
        if track is not None:
            title, artist = names.get(track.item, (track.title, ""))
            yield replace(track, title=title, artist=artist)


def _name_of(row: dict[str, str]) -> tuple[str, tuple[str, str]]:
    return _item(row["i_id_c"]), (row["music"], row["singer"])


def _track_of(row: dict[str, str]) -> SiTunesTrack | None:
    """The track, yet without its name; None for the padding row of the authors' training code,
    item −1."""
    item = _item(row["item_id"])
    if not row["tempo"]:
        return None
    return SiTunesTrack(
        item=item,
        title=f"SiTunes track {item}",
        artist="",
        genre=row["general_genre"],
        duration_seconds=float(row["duration"]) / 1000,
        values=_values(row),
    )


def _item(number: str) -> str:
    return str(int(float(number)))


def _values(row: dict[str, str]) -> dict[str, float]:
    keys = dict(zip(_FROM_KEY, on_circle_of_fifths(float(row["key"])), strict=True))
    return {
        name: keys[name] if name in keys else float(row[_AS_GIVEN.get(name, name)])
        for name in SCHEMA.columns
    }


def _logs(folder: Path, stage: int) -> Iterator[Log]:
    lab = stage == 1
    number = "No." if lab else "inter_id"
    prefixes = ("emo_",) if lab else ("emo_post_", "emo_pre_")
    moods = [f"{prefix}{axis}" for prefix in prefixes for axis in ("valence", "arousal")]

    def log_of(row: dict[str, str]) -> Log:
        return Log(
            stage=stage,
            number=f"{row['user_id']}-{row[number]}" if lab else row[number],
            listener=row["user_id"],
            item=row["item_id"],
            heard_at=datetime.fromtimestamp(int(row["timestamp"]), tz=UTC),
            rating=int(row["rating"]),
            before=None if lab else _mood(row, "emo_pre_"),
            after=_mood(row, prefixes[0]),
        )

    columns = ("user_id", "item_id", "timestamp", "rating", number, *moods)
    path = folder / f"Stage{stage}" / "interactions.csv"
    return tables.read_rows(path, columns, log_of, data_set=_DATA_SET)


def _mood(row: dict[str, str], prefix: str) -> tuple[float, float]:
    return float(row[f"{prefix}valence"]), float(row[f"{prefix}arousal"])
