"""Published data sets of real listeners, as a clinic of research patients."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.bad_data import BadData
from adaptation.services import store_schema
from therapy.catalogue.services import TrackRow, ensure_catalogue, store_tracks
from therapy.management.progress import Progress
from therapy.models import Catalogue, Clinic, ListeningSession, MoodRating, Patient, TrackRating
from therapy.people.services import create_clinic, create_patient
from therapy.records import ConflictError
from therapy.sessions.services import import_ratings_of

SLUG = situnes.NAME
_NAMESPACE = uuid5(NAMESPACE_URL, "https://github.com/JiayuLi-997/SiTunes_dataset")
_RIGHTS = "SiTunes research data set; no licence stated; features only, no sound"

# The data gives one time a log. The three things said in it keep their order by a second each.
_STEP = timedelta(seconds=1)


@dataclass(frozen=True)
class ImportedSet:
    tracks: int
    listeners: int
    ratings: int
    new: int


def import_situnes(*, folder: Path, progress: Progress) -> ImportedSet:
    """Load SiTunes: tracks with features, 30 listeners, every rating with the moods around it.

    All of a listener or nothing; a second run changes nothing. Raises BadData.
    """
    data = situnes.read(folder)
    catalogue = _catalogue(data)
    clinic = _clinic(catalogue)
    tracks = dict(catalogue.tracks.values_list("external_id", "id"))
    new = 0
    for done, listener in enumerate(data.listeners, start=1):
        new += _import_listener(clinic, listener, data.of_listener(listener), tracks)
        progress(done, len(data.listeners), listener)
    return ImportedSet(len(tracks), len(data.listeners), len(data.logs), new)


def _catalogue(data: situnes.SiTunes) -> Catalogue:
    catalogue = ensure_catalogue(slug=SLUG, name="SiTunes", description=_RIGHTS)
    rows = [
        TrackRow(
            external_id=track.item,
            title=track.title,
            artist=track.artist,
            values=track.values,
            duration_seconds=track.duration_seconds,
            tags=[track.genre],
            rights=_RIGHTS,
        )
        for track in data.tracks.values()
    ]
    store_tracks(catalogue=catalogue, schema=store_schema(situnes.SCHEMA), rows=rows)
    return catalogue


def _clinic(catalogue: Catalogue) -> Clinic:
    clinic = Clinic.objects.filter(slug=SLUG).first()
    if clinic is not None:
        return clinic
    return create_clinic(
        slug=SLUG,
        name="SiTunes (research data)",
        feature_schema=store_schema(situnes.SCHEMA),
        catalogues=[catalogue],
    )


@transaction.atomic
def _import_listener(
    clinic: Clinic, listener: str, logs: list[situnes.Log], tracks: dict[str, UUID]
) -> int:
    """How many track ratings were new."""
    code = f"situnes-{int(listener):02}"
    patient = Patient.objects.filter(clinic=clinic, code=code).first() or create_patient(
        clinic=clinic, code=code, origin=Patient.Origin.RESEARCH
    )
    sessions = [ListeningSession(id=_key(log, "session"), started_at=log.heard_at) for log in logs]
    moods = [mood for log in logs for mood in _moods(log)]
    rated = [
        TrackRating(
            id=_key(log, "track"),
            session_id=_key(log, "session"),
            track_id=tracks[log.item],
            liking=log.rating,
            rated_at=log.heard_at + _STEP,
        )
        for log in logs
    ]
    try:
        imported = import_ratings_of(patient=patient, sessions=sessions, moods=moods, tracks=rated)
    except ConflictError as conflict:
        said = [f"{name}: {' '.join(texts)}" for name, texts in conflict.fields.items()]
        raise BadData(
            f"A log of listener {listener} was imported before with other content "
            f"({'; '.join(said)}). Nothing of this listener was changed."
        ) from conflict
    return imported.tracks


def _moods(log: situnes.Log) -> list[MoodRating]:
    said = [(MoodRating.Phase.AFTER, log.after, 2 * _STEP)]
    if log.before is not None:
        said.insert(0, (MoodRating.Phase.BEFORE, log.before, 0 * _STEP))
    return [
        MoodRating(
            id=_key(log, phase),
            session_id=_key(log, "session"),
            phase=phase,
            valence=mood[0],
            arousal=mood[1],
            rated_at=log.heard_at + later,
        )
        for phase, mood, later in said
    ]


def _key(log: situnes.Log, what: str) -> UUID:
    """The same key for the same fact in every run."""
    return uuid5(_NAMESPACE, f"stage {log.stage}/{log.number}/{what}")
