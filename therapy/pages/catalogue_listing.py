"""What the catalogue page shows: the tracks of a user's clinics, and their measured features."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from therapy.catalogue.models import Catalogue, FeatureSchema, Track, TrackFeatures, TrackSound
from therapy.people.models import User
from therapy.people.visibility import clinics_of


@dataclass(frozen=True)
class Feature:
    """One measured number of a track, as its schema describes it."""

    name: str
    value: float
    unit: str
    description: str


@dataclass(frozen=True)
class TrackRow:
    """One track of the page; tempo in bpm and loudness in LUFS where they were measured."""

    track: Track
    tempo: float | None
    loudness: float | None
    features: tuple[Feature, ...]


def catalogues_of(user: User) -> QuerySet[Catalogue]:
    """The catalogues that any of the user's clinics was given."""
    return Catalogue.objects.filter(clinics__in=clinics_of(user)).distinct().order_by("name")


def tracks_visible_to(user: User) -> QuerySet[Track]:
    """The tracks of those catalogues."""
    return Track.objects.filter(catalogue__in=catalogues_of(user).order_by().values("pk"))


def chosen(catalogues: list[Catalogue], slug: str) -> Catalogue | None:
    """A catalogue by its slug; any other word means all of them."""
    return next((one for one in catalogues if one.slug == slug), None)


def recordings_with_copies(user: User) -> QuerySet[TrackSound, uuid.UUID]:
    """The recordings of which the user may see more than one track."""
    seen = TrackSound.objects.filter(
        track__in=tracks_visible_to(user).values("pk"), audio_sha256=F("track__audio_sha256")
    )
    counted = seen.values("recording").annotate(tracks=Count("pk")).filter(tracks__gt=1)
    return counted.order_by("recording").values_list("recording", flat=True)


def tracks_found(*, user: User, catalogue: Catalogue | None, search: str) -> QuerySet[Track]:
    """Tracks by title; `search` looks in title, artist and tags."""
    tracks = tracks_visible_to(user).select_related("catalogue").order_by("title", "id")
    if catalogue is not None:
        tracks = tracks.filter(catalogue=catalogue)
    if search:
        tracks = tracks.annotate(tag_words=Cast("tags", TextField())).filter(
            Q(title__icontains=search)
            | Q(artist__icontains=search)
            | Q(tag_words__icontains=search)
        )
    return tracks.prefetch_related(Prefetch("features", measured_for(user)))


def measured_for(user: User) -> QuerySet[TrackFeatures]:
    """What was measured of tracks under the schemas of the user's clinics, newer versions first."""
    schemas = FeatureSchema.objects.filter(
        pk__in=clinics_of(user).order_by().values("feature_schema")
    )
    measured = TrackFeatures.objects.filter(schema__in=schemas).select_related("schema")
    return measured.order_by("schema__name", "-schema__version")


def rows_of(tracks: Iterable[Track]) -> list[TrackRow]:
    """The rows for tracks that `tracks_found` gave."""
    return [_row(track) for track in tracks]


def _row(track: Track) -> TrackRow:
    measured = [described(row) for row in track.features.all()]
    features = measured[0] if measured else ()
    return TrackRow(
        track=track,
        tempo=_first_in(features, "bpm"),
        loudness=_first_in(features, "LUFS"),
        features=features,
    )


def described(row: TrackFeatures) -> tuple[Feature, ...]:
    """The numbers of a track, each as its schema describes it."""
    return tuple(
        Feature(
            name=str(column["name"]).replace("_", " "),
            value=float(value),
            unit=str(column.get("unit", "")),
            description=str(column.get("description", "")),
        )
        for column, value in zip(row.schema.features, row.values, strict=True)
    )


def _first_in(features: Sequence[Feature], unit: str) -> float | None:
    return next((one.value for one in features if one.unit.casefold() == unit.casefold()), None)
