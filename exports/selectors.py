"""Reading what is delivered, and what a playlist needs beside the package."""

from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from adaptation.models import BaseModel, PatientModel
from exports.models import Graph, ModelPackage
from exports.packages import GRAPH_FORMATS
from therapy.models import Patient, PlaylistEntry, TrackRating

DAY_SECONDS = 24 * 3600.0


def graphs_of_base(base: BaseModel) -> list[Graph]:
    """All graphs of a converted base; none when the conversion is not complete."""
    graphs = list(base.graphs.order_by("name", "format"))
    return graphs if len(graphs) == sum(map(len, GRAPH_FORMATS.values())) else []


def is_overtaken(model: PatientModel) -> bool:
    """Whether the patient has a newer model."""
    return PatientModel.objects.filter(patient=model.patient, version__gt=model.version).exists()


def newest_package(patient: Patient, kind: str) -> ModelPackage | None:
    """The package of this kind that the patient's phone should have."""
    return (
        ModelPackage.objects.filter(patient_model__patient=patient, kind=kind)
        .select_related("patient_model__base")
        .order_by("-patient_model__version")
        .first()
    )


def days_since_heard(
    patient: Patient, tracks: tuple[UUID, ...], at: datetime
) -> NDArray[np.float64]:
    """Days [N] since each track was last put in a playlist or rated; infinite: never."""
    heard: dict[UUID, datetime] = {}
    played = PlaylistEntry.objects.filter(playlist__patient=patient)
    rated = TrackRating.objects.filter(patient=patient)
    for track, when in (
        *played.values_list("track_id", "playlist__made_at"),
        *rated.values_list("track_id", "rated_at"),
    ):
        heard[track] = max(when, heard.get(track, when))
    return np.array(
        [
            max((at - heard[track]).total_seconds(), 0.0) / DAY_SECONDS
            if track in heard
            else np.inf
            for track in tracks
        ]
    )


def familiarity_of(patient: Patient, tracks: tuple[UUID, ...]) -> NDArray[np.float32]:
    """How well the patient knows each track [N], 0..1, as last rated; 0 where never asked."""
    rated = TrackRating.objects.filter(patient=patient, familiarity__isnull=False)
    known = {
        track: (familiarity - 1) / 4
        for track, familiarity in rated.order_by("rated_at").values_list("track_id", "familiarity")
        if familiarity is not None
    }
    return np.array([known.get(track, 0.0) for track in tracks], np.float32)
