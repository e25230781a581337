"""The only writers of feature schemas, catalogues, tracks and their features."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction

from therapy.catalogue.models import Catalogue, FeatureSchema, Track, TrackFeatures, TrackSound
from therapy.catalogue.rows import SoundRow, TrackRow
from therapy.records import problems_of, refuse

__all__ = [
    "SoundRow",
    "Stored",
    "TrackRow",
    "ensure_catalogue",
    "ensure_schema",
    "store_sound",
    "store_track",
    "store_tracks",
]

ROWS_AT_ONCE = 500
FEATURE_KEYS = ("name", "unit", "description")
TRACK_FIELDS = (
    "title",
    "artist",
    "duration_seconds",
    "tags",
    "explicit",
    "language",
    "lyrics",
    "rights",
    "true_peak_dbtp",
    "audio",
    "audio_sha256",
)


@dataclass(frozen=True)
class Stored:
    """How many tracks an import made, changed, and found as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def ensure_schema(
    *, name: str, version: int, features: Sequence[Mapping[str, Any]]
) -> FeatureSchema:
    """The schema of that name and version; made if it is not there.

    `features`: in column order, each with at least name, unit and description.
    Raises ValidationError when another list is stored under the same name and version: rows of
    numbers would change their meaning. A new list needs a new version.
    """
    wanted = json.loads(json.dumps([dict(feature) for feature in features]))
    schema = FeatureSchema(name=name, version=version, features=wanted)
    problems = problems_of(schema)
    if refused := _feature_problems(wanted):
        problems["features"] = refused
    refuse(problems)
    stored, _ = FeatureSchema.objects.get_or_create(
        name=name, version=version, defaults={"features": wanted}
    )
    if stored.features != wanted:
        raise ValidationError(
            f"Schema {stored} is stored with other features ({_difference(stored, schema)}). "
            f"Store the new list as version {version + 1}."
        )
    return stored


@transaction.atomic
def ensure_catalogue(*, slug: str, name: str, description: str = "") -> Catalogue:
    """The catalogue of that slug, made if it is not there, with this name and description."""
    wanted = {"name": name.strip(), "description": description.strip()}
    refuse(problems_of(Catalogue(slug=slug, **wanted)))
    catalogue, _ = Catalogue.objects.update_or_create(slug=slug, defaults=wanted)
    return catalogue


def store_track(
    *,
    catalogue: Catalogue,
    external_id: str,
    schema: FeatureSchema,
    values: Mapping[str, float],
    **fields: Any,
) -> Track:
    """One track and its features; `fields` are those of TrackRow, `title` among them.

    Makes or updates; the same call again changes nothing. Raises ValidationError by field, naming
    the columns that are missing, unknown or not finite.
    """
    row = TrackRow(external_id=external_id, values=values, **fields)
    store_tracks(catalogue=catalogue, schema=schema, rows=[row])
    return Track.objects.get(catalogue=catalogue, external_id=external_id)


@transaction.atomic
def store_tracks(
    *, catalogue: Catalogue, schema: FeatureSchema, rows: Iterable[TrackRow]
) -> Stored:
    """Many tracks of one catalogue, all or none.

    A few statements for every `ROWS_AT_ONCE` rows. Raises ValidationError that names the first
    refused track.
    """
    Catalogue.objects.select_for_update(no_key=True).get(id=catalogue.id)  # one import at a time
    everything = list(rows)
    _refuse_rows(everything, schema)
    counts = [
        _store_batch(catalogue, schema, everything[start : start + ROWS_AT_ONCE])
        for start in range(0, len(everything), ROWS_AT_ONCE)
    ]
    return Stored(
        created=sum(one.created for one in counts),
        changed=sum(one.changed for one in counts),
        unchanged=sum(one.unchanged for one in counts),
    )


def store_sound(track: Track, sound: SoundRow) -> None:
    """Keep how the audio that the track has now looks."""
    TrackSound.objects.update_or_create(
        track=track,
        defaults={
            "audio_sha256": track.audio_sha256,
            "waveform": list(sound.waveform),
            "fingerprint": sound.fingerprint,
            "recording": sound.recording,
        },
    )


def _refuse_rows(rows: Sequence[TrackRow], schema: FeatureSchema) -> None:
    met: set[str] = set()
    for row in rows:
        problems = row.problems(schema)
        if row.external_id in met:
            problems["external_id"] = ["Another row of this import has the same one."]
        met.add(row.external_id)
        refuse(
            {
                name: [f"Track '{row.external_id}': {text}" for text in texts]
                for name, texts in problems.items()
            }
        )


def _store_batch(catalogue: Catalogue, schema: FeatureSchema, rows: Sequence[TrackRow]) -> Stored:
    stored = {
        track.external_id: track
        for track in Track.objects.filter(
            catalogue=catalogue, external_id__in=[row.external_id for row in rows]
        )
    }
    new: list[Track] = []
    changed: set[str] = set()
    for row in rows:
        track = stored.get(row.external_id)
        if track is None:
            track = Track(catalogue=catalogue, external_id=row.external_id)
            stored[row.external_id] = track
            new.append(track)
        before = _state(track)
        row.described(track)
        _keep_audio(track, row.audio)
        if _state(track) != before:
            changed.add(row.external_id)
    made = {track.external_id for track in new}
    Track.objects.bulk_create(new)
    Track.objects.bulk_update([stored[name] for name in changed - made], TRACK_FIELDS)
    described = [(stored[row.external_id], row) for row in rows]
    changed |= _store_values(schema, described)
    for track, row in described:
        if row.sound is not None:
            store_sound(track, row.sound)
    return Stored(len(made), len(changed - made), len(rows) - len(made | changed))


def _store_values(schema: FeatureSchema, described: Sequence[tuple[Track, TrackRow]]) -> set[str]:
    """Write the feature rows that are new or different; gives the tracks' external ids."""
    ids = [track.id for track, _ in described]
    stored = {
        row.track_id: row for row in TrackFeatures.objects.filter(schema=schema, track__in=ids)
    }
    new: list[TrackFeatures] = []
    different: list[TrackFeatures] = []
    touched: set[str] = set()
    for track, row in described:
        values = row.ordered(schema)
        features = stored.get(track.id)
        if features is None:
            new.append(TrackFeatures(track=track, schema=schema, values=values))
        elif features.values != values:
            features.values = values
            different.append(features)
        else:
            continue
        touched.add(track.external_id)
    TrackFeatures.objects.bulk_create(new)
    TrackFeatures.objects.bulk_update(different, ["values"])
    return touched


def _state(track: Track) -> list[Any]:
    return [str(track.audio) if name == "audio" else getattr(track, name) for name in TRACK_FIELDS]


def _keep_audio(track: Track, audio: "File[Any] | None") -> None:
    """Store audio under the name of its content, unless the track has the same content already.

    The record learns the name when the transaction commits, so a torn write is never served; the
    file that it replaces goes away only then.
    """
    if audio is None:
        return
    digest = _sha256(audio)
    if track.audio and track.audio_sha256 == digest:
        return
    if track.audio:
        transaction.on_commit(partial(track.audio.storage.delete, str(track.audio)))
    suffix = PurePath(audio.name or "").suffix.lower()
    track.audio.save(f"{digest}{suffix}", audio, save=False)
    track.audio_sha256 = digest


def _sha256(audio: "File[Any]") -> str:
    digest = hashlib.sha256()
    for block in audio.chunks():
        digest.update(block)
    audio.seek(0)
    return digest.hexdigest()


def _feature_problems(features: Sequence[Mapping[str, Any]]) -> list[str]:
    problems = [
        f"Column {number}: '{key}' must be {'a name' if key == 'name' else 'text'}."
        for number, feature in enumerate(features)
        for key in FEATURE_KEYS
        if not isinstance(feature.get(key), str) or (key == "name" and not feature[key])
    ]
    names = [feature.get("name") for feature in features]
    doubled = sorted({str(name) for name in names if names.count(name) > 1})
    if doubled:
        problems.append(f"Named twice: {', '.join(doubled)}.")
    return problems if features else ["A schema needs at least one feature."]


def _difference(stored: FeatureSchema, wanted: FeatureSchema) -> str:
    if stored.columns != wanted.columns:
        return f"stored: {', '.join(stored.columns)}; given: {', '.join(wanted.columns)}"
    names = [
        old["name"] for old, new in zip(stored.features, wanted.features, strict=True) if old != new
    ]
    return f"the description of {', '.join(names)} differs"
