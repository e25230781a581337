"""The starter catalogue: pieces that the project composes itself, as real sound files."""

import tempfile
from pathlib import Path

from django.core.files import File
from django.db import transaction

from adaptation import workbench
from adaptation.composing import STARTER_CATALOGUE
from adaptation.places import ask_for_places
from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import store_schema
from adaptation.sounds import sound_of
from therapy.catalogue.services import ensure_catalogue, store_track
from therapy.management.progress import Progress
from therapy.models import Catalogue, Track, TrackFeatures

SLUG = "starter"


def compose_starter_catalogue(*, progress: Progress) -> Catalogue:
    """Compose, render, analyse and store every piece that is not there yet."""
    schema = store_schema(ATTUNE_AUDIO)
    catalogue = ensure_catalogue(
        slug=SLUG,
        name="Starter catalogue",
        description="Composed by rule and rendered by this installation; free to use.",
    )
    there = set(
        TrackFeatures.objects.filter(track__catalogue=catalogue, schema=schema)
        .exclude(track__audio="")
        .values_list("track__external_id", flat=True)
    )
    missing = [piece for piece in STARTER_CATALOGUE if piece.slug not in there]
    with tempfile.TemporaryDirectory() as folder:
        recorded = workbench.record_all(missing, Path(folder))
        for done, (piece, analysed) in enumerate(recorded, start=1):
            if analysed.analysis is None:
                raise RuntimeError(f"Our own piece {piece.slug} is unusable: {analysed.refusal}")
            analysis = analysed.analysis
            with analysed.path.open("rb") as file:
                store_track(
                    catalogue=catalogue,
                    external_id=piece.slug,
                    schema=schema,
                    values=analysis.values,
                    title=piece.title,
                    artist="Attune",
                    duration_seconds=analysis.duration_seconds,
                    true_peak_dbtp=analysis.true_peak_dbtp,
                    tags=list(piece.tags),
                    lyrics=Track.Lyrics.NONE,
                    rights="Made by this software; CC0-1.0",
                    audio=File(file, name=analysed.path.name),
                    sound=sound_of(analysis.outline, seconds=analysis.duration_seconds),
                )
            analysed.path.unlink()
            progress(done, len(missing), piece.title)
    with transaction.atomic():
        ask_for_places()
    return catalogue
