"""Where tracks lie in the valence–arousal plane: the mood that a base expects after each, of
somebody who has rated nothing and was in a neutral mood. Computed by a job and kept, so that pages
need no PyTorch."""

import uuid
from collections.abc import Collection

import numpy as np
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from adaptation.models import BaseModel, TrackPlace
from therapy.catalogue.places import Place, Places
from therapy.models import FeatureSchema, TrackFeatures
from worker.jobs import enqueue
from worker.models import Job
from worker.running import ReportShare

ROWS_AT_ONCE = 500
KEY = "place_tracks"


def ask_for_places() -> Job:
    """Have all tracks placed. Must be called in the transaction of the change that asks for it: a
    base was released, tracks came in."""
    return enqueue(kind=KEY, key=KEY, arguments={})


class PlacedByBase:
    """What the newest base of a schema expects after each track."""

    def places(self, schema: FeatureSchema, tracks: Collection[uuid.UUID]) -> Places | None:
        base = BaseModel.objects.filter(schema=schema).order_by("-created_at").first()
        if base is None:
            return None
        rows = TrackPlace.objects.filter(base=base, track__in=tracks)
        return Places(
            model=f"{base.name} {base.version}",
            simulated=base.simulated,
            trained_on=base.trained_on,
            address=reverse("base-card", args=[base.name, base.version]),
            of={
                row.track_id: Place(
                    row.valence, row.arousal, row.valence_spread, row.arousal_spread
                )
                for row in rows
            },
        )


def place_tracks(*, report: ReportShare) -> int:
    """Place every track that is described under a schema by the newest base that reads it; how
    many. Again changes nothing."""
    newest = BaseModel.objects.filter(schema=OuterRef("schema")).order_by("-created_at")
    bases = BaseModel.objects.filter(pk=Subquery(newest.values("pk")[:1]))
    placed = 0
    for done, base in enumerate(bases, start=1):
        placed += _place_by(base)
        report(done / len(bases), f"{placed} tracks")
    return placed


def _place_by(base: BaseModel) -> int:
    described = TrackFeatures.objects.filter(schema=base.schema).select_related("track__catalogue")
    rows = list(described.order_by("track_id"))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        _store(_placed(base, rows[start : start + ROWS_AT_ONCE]))
    return len(rows)


def _placed(base: BaseModel, rows: list[TrackFeatures]) -> list[TrackPlace]:
    import torch

    from adaptation.learning.outcomes import AROUSAL, VALENCE
    from adaptation.loading import loaded

    model = loaded(base)
    content = np.array([row.values for row in rows], np.float32)
    features = torch.from_numpy(model.inputs(content, [row.track.key for row in rows]))
    with torch.no_grad():
        mean, variance = model.learner.predict(
            model.learner.prior(), features, torch.zeros(len(rows), 2)
        )
    means, spreads = mean.clamp(-1, 1).tolist(), variance.sqrt().tolist()
    return [
        TrackPlace(
            base=base,
            track=row.track,
            valence=expected[VALENCE],
            arousal=expected[AROUSAL],
            valence_spread=spread[VALENCE],
            arousal_spread=spread[AROUSAL],
        )
        for row, expected, spread in zip(rows, means, spreads, strict=True)
    ]


@transaction.atomic
def _store(places: list[TrackPlace]) -> None:
    TrackPlace.objects.bulk_create(
        places,
        update_conflicts=True,
        unique_fields=["base", "track"],
        update_fields=["valence", "arousal", "valence_spread", "arousal_spread"],
    )
