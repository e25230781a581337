"""Reading what adaptation knows: bases, patient models, and the ratings they are made from.

Nothing here needs PyTorch, so pages and the playlist command start fast (loading.py does).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from adaptation.learning.support import (
    MoodHeard,
    Support,
    SupportRow,
    TrackHeard,
    support_rows,
)
from adaptation.models import BaseModel, PatientModel
from therapy.models import MoodRating, Patient, TrackFeatures, TrackRating

Event: TypeAlias = MoodHeard | TrackHeard[UUID]

# Ratings of one instant, as a coarse clock gives them, stand in the order of a sitting.
_ORDER_OF_TRACK = 1
_ORDER_OF_PHASE = {
    MoodRating.Phase.BEFORE: 0,
    MoodRating.Phase.DURING: 2,
    MoodRating.Phase.AFTER: 3,
}


def base_for(patient: Patient) -> BaseModel | None:
    """The newest base that reads the feature schema of the patient's clinic."""
    schema = patient.clinic.feature_schema_id
    return BaseModel.objects.filter(schema=schema).order_by("-created_at").first()


def newest_model(patient: Patient) -> PatientModel | None:
    """The patient's model as it stands, or None before the first adaptation."""
    return patient.models.select_related("base").order_by("-version").first()


def support_of(patient: Patient, base: BaseModel) -> Support:
    """Everything the patient rated that the base can read, in time order.

    A track without features under the base's schema cannot speak and is left out.
    """
    rows = list(_rows_of(patient))
    features = dict(
        TrackFeatures.objects.filter(
            schema_id=base.schema_id, track_id__in={row.track for row in rows}
        ).values_list("track_id", "values")
    )
    readable = [row for row in rows if row.track in features]
    return Support.of(readable, np.array([features[row.track] for row in readable], np.float32))


def digest_of(base: BaseModel, support: Support) -> str:
    """SHA-256 of the base and the support set: the same digest, the same patient vector."""
    digest = hashlib.sha256(base.weights_sha256.encode())
    for column in (support.features, support.mood, support.outcome, support.weight):
        digest.update(np.ascontiguousarray(column, "<f4").tobytes())
    return digest.hexdigest()


def vector_of(model: PatientModel) -> NDArray[np.float32]:
    """The patient vector [D]."""
    return np.frombuffer(bytes(model.vector), "<f4").copy()


@dataclass(frozen=True)
class _Dated:
    """An event with what puts it in its place: the sitting, the clock, the order in an instant.
    Two of one instant keep their order by their key: a digest must not depend on how the database
    lists its rows."""

    sitting: UUID
    at: datetime
    order: int
    key: UUID
    event: Event


def _rows_of(patient: Patient) -> list[SupportRow[UUID]]:
    sittings: dict[UUID, list[_Dated]] = defaultdict(list)
    for dated in sorted(
        [*_moods(patient), *_tracks(patient)], key=lambda dated: (dated.at, dated.order, dated.key)
    ):
        sittings[dated.sitting].append(dated)
    return [
        row
        for sitting in sittings.values()
        for row in support_rows([dated.event for dated in sitting])
    ]


def _moods(patient: Patient) -> Iterator[_Dated]:
    """Mood ratings of sittings; a mood on its own says nothing of any track."""
    for rating in MoodRating.objects.filter(patient=patient, session__isnull=False):
        assert rating.session_id is not None
        order = _ORDER_OF_PHASE[MoodRating.Phase(rating.phase)]
        mood = MoodHeard((rating.valence, rating.arousal))
        yield _Dated(rating.session_id, rating.rated_at, order, rating.id, mood)


def _tracks(patient: Patient) -> Iterator[_Dated]:
    for rating in TrackRating.objects.filter(patient=patient):
        sitting = rating.session_id or rating.id
        track = TrackHeard(rating.track_id, rating.liking)
        yield _Dated(sitting, rating.rated_at, _ORDER_OF_TRACK, rating.id, track)


def newest_rating_at(patient: Patient) -> datetime | None:
    """When the patient last rated a mood or a track."""
    newest = [
        patient.mood_ratings.aggregate(at=Max("rated_at"))["at"],
        patient.track_ratings.aggregate(at=Max("rated_at"))["at"],
    ]
    return max((at for at in newest if at is not None), default=None)
