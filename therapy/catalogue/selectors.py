"""The only readers of catalogues, tracks and features."""

import uuid
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from therapy.catalogue.models import Catalogue, FeatureSchema, Track, TrackFeatures
from therapy.people.models import Clinic

NONE_YET = "none yet; `compose_catalogue` makes the starter's, `ingest` one of your recordings"


@dataclass(frozen=True)
class FeatureTable:
    """The tracks that a clinic's models can choose from, and their numbers.

    `tracks` [N] in the order of their ids, which no rename changes; `values` [N, F] float32, one
    column a feature of `schema`, read-only.
    """

    schema: FeatureSchema
    tracks: tuple[Track, ...]
    values: NDArray[np.float32]

    @cached_property
    def track_ids(self) -> tuple[uuid.UUID, ...]:
        return tuple(track.id for track in self.tracks)

    @property
    def keys(self) -> tuple[str, ...]:
        """By which a base knows the tracks."""
        return tuple(track.key for track in self.tracks)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(track.title for track in self.tracks)

    def column(self, name: str) -> NDArray[np.float32] | None:
        """The values [N] of one feature, or None where the schema has no such feature."""
        if name not in self.schema.columns:
            return None
        chosen: NDArray[np.float32] = self.values[:, self.schema.columns.index(name)]
        return chosen


def tracks_of(clinic: Clinic) -> QuerySet[Track]:
    """The tracks of the clinic's catalogues, in the order of their ids."""
    return Track.objects.filter(catalogue__clinics=clinic).order_by("id")


def track_of(*, clinic: Clinic, track_id: uuid.UUID) -> Track | None:
    """The track, if one of the clinic's catalogues has it."""
    return tracks_of(clinic).filter(id=track_id).first()


def feature_table(clinic: Clinic) -> FeatureTable:
    """The clinic's tracks that are described under its schema. One query, and one for the schema.

    A track without features under that schema is left out: no model could place it.
    """
    schema = clinic.feature_schema
    rows = list(
        TrackFeatures.objects.filter(schema=schema, track__catalogue__clinics=clinic)
        .select_related("track__catalogue")
        .order_by("track_id")
    )
    shape = (len(rows), len(schema.columns))
    values = np.array([row.values for row in rows], dtype=np.float32).reshape(shape)
    values.flags.writeable = False
    return FeatureTable(schema, tuple(row.track for row in rows), values)


def schema_of(*, label: str) -> FeatureSchema:
    """The schema that `label`, NAME-VERSION, names.

    Raises FeatureSchema.DoesNotExist with the labels that there are.
    """
    name, _, version = label.rpartition("-")
    found = FeatureSchema.objects.filter(name=name, version=version if version.isdigit() else -1)
    schema = found.first()
    if schema is None:
        known = ", ".join(str(one) for one in FeatureSchema.objects.order_by("name", "version"))
        raise FeatureSchema.DoesNotExist(
            f"No feature schema '{label}'. There are: {known or NONE_YET}."
        )
    return schema


def catalogue_of(*, slug: str) -> Catalogue:
    """The catalogue; raises Catalogue.DoesNotExist with the slugs that there are."""
    catalogue = Catalogue.objects.filter(slug=slug).first()
    if catalogue is None:
        known = ", ".join(Catalogue.objects.order_by("slug").values_list("slug", flat=True))
        raise Catalogue.DoesNotExist(f"No catalogue '{slug}'. There are: {known or NONE_YET}.")
    return catalogue
