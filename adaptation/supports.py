"""From the ratings that are stored to the support sets that learners read, many patients at once.

Nothing here needs PyTorch, and the number of queries does not grow with the patients.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.support import (
    MoodHeard,
    Support,
    SupportRow,
    TrackHeard,
    support_rows,
)
from therapy.catalogue.models import track_key
from therapy.models import FeatureSchema, MoodRating, TrackFeatures, TrackRating

Event: TypeAlias = MoodHeard | TrackHeard[UUID]

# Ratings of one instant, as a coarse clock gives them, stand in the order of a sitting.
_ORDER_OF_TRACK = 1
_ORDER_OF_PHASE: dict[str, int] = {
    MoodRating.Phase.BEFORE: 0,
    MoodRating.Phase.DURING: 2,
    MoodRating.Phase.AFTER: 3,
}


class Unreadable(Exception):
    """A patient's ratings cannot be made into a support set; the text says why."""


def supports_of(
    patients: Collection[UUID], schema: FeatureSchema
) -> dict[UUID, Support | Unreadable]:
    """For each patient everything they rated that is described under `schema`, in time order, or
    the reason why it cannot be read.

    A track without features under the schema cannot speak and is left out.
    """
    features = _features(patients, schema)
    events: dict[UUID, list[_Dated]] = {patient: [] for patient in patients}
    for dated in (*_moods(patients), *_tracks(patients)):
        events[dated.patient].append(dated)
    return {patient: _support(_rows(of_one), features) for patient, of_one in events.items()}


@dataclass(frozen=True)
class _Dated:
    """An event with what puts it in its place: the sitting, the clock, the order in an instant.
    Two of one instant keep their order by their key: a digest must not depend on how the database
    lists its rows."""

    patient: UUID
    sitting: UUID
    at: datetime
    order: int
    key: UUID
    event: Event


def _moods(patients: Collection[UUID]) -> Iterator[_Dated]:
    """Mood ratings of sittings; a mood on its own says nothing of any track."""
    rows = MoodRating.objects.filter(patient__in=patients, session__isnull=False).values_list(
        "patient", "session", "rated_at", "phase", "id", "valence", "arousal"
    )
    for patient, session, at, phase, key, valence, arousal in rows.iterator():
        assert session is not None
        mood = MoodHeard((valence, arousal))
        yield _Dated(patient, session, at, _ORDER_OF_PHASE[phase], key, mood)


def _tracks(patients: Collection[UUID]) -> Iterator[_Dated]:
    rows = TrackRating.objects.filter(patient__in=patients).values_list(
        "patient", "session", "rated_at", "id", "track", "liking"
    )
    for patient, session, at, key, track, liking in rows.iterator():
        heard = TrackHeard(track, liking)
        yield _Dated(patient, session or key, at, _ORDER_OF_TRACK, key, heard)


def _rows(events: list[_Dated]) -> list[SupportRow[UUID]]:
    sittings: dict[UUID, list[Event]] = defaultdict(list)
    for dated in sorted(events, key=lambda dated: (dated.at, dated.order, dated.key)):
        sittings[dated.sitting].append(dated.event)
    return [row for sitting in sittings.values() for row in support_rows(_last_words(sitting))]


def _last_words(sitting: list[Event]) -> list[Event]:
    """A session plays a track once, so who rated it again thought better of it: the last word
    counts, in the place of the first."""
    last = {event.track: event for event in sitting if isinstance(event, TrackHeard)}
    events = [
        last.pop(event.track, None) if isinstance(event, TrackHeard) else event for event in sitting
    ]
    return [event for event in events if event is not None]


@dataclass(frozen=True)
class _Described:
    """What a base reads of a track."""

    key: str
    features: NDArray[np.float32]  # [F]


def _features(
    patients: Collection[UUID], schema: FeatureSchema
) -> dict[UUID, _Described | Unreadable]:
    """The features of every track that one of them rated, or why they are none."""
    rated = TrackRating.objects.filter(patient__in=patients).values("track")
    rows = TrackFeatures.objects.filter(schema=schema, track__in=rated).values_list(
        "track", "track__catalogue__slug", "track__external_id", "track__title", "values"
    )
    return {
        track: _checked(values, title, schema, track_key(catalogue, name))
        for track, catalogue, name, title, values in rows.iterator()
    }


def _checked(
    values: list[float], title: str, schema: FeatureSchema, key: str
) -> _Described | Unreadable:
    columns = len(schema.features)
    try:
        numbers = np.array(values, np.float32)
    except (TypeError, ValueError):
        numbers = np.empty(0, np.float32)
    if numbers.shape == (columns,) and np.isfinite(numbers).all():
        return _Described(key, numbers)
    return Unreadable(f"The features of '{title}' under {schema} are not {columns} finite numbers.")


def _support(
    rows: list[SupportRow[UUID]], features: Mapping[UUID, _Described | Unreadable]
) -> Support | Unreadable:
    readable = [row for row in rows if row.track in features]
    described = []
    for row in readable:
        held = features[row.track]
        if isinstance(held, Unreadable):
            return held
        described.append(held)
    values = np.array([track.features for track in described], np.float32)
    return Support.of(readable, values, [track.key for track in described])
