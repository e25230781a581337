"""Bringing in what staff sent from the browser, a file at a time, as `ingest` does."""

import tempfile
import uuid
from pathlib import Path, PurePath
from shutil import copyfileobj

from django.db import transaction

from adaptation import workbench
from adaptation.ingestion import Came, End, Given, Source, recordings_coming_in
from adaptation.places import ask_for_places
from therapy.models import Track, Upload, UploadedFile
from worker.running import ReportShare


def ingest_upload(*, upload_id: uuid.UUID, report: ReportShare) -> None:
    """Analyse the files that wait, and write down what became of each. Begun again, it goes on
    where it stopped."""
    upload = Upload.objects.select_related("catalogue").filter(id=upload_id).first()
    if upload is None:
        return
    files = list(upload.files.all())
    for done, file in enumerate(files):
        if file.state != UploadedFile.State.WAITING:
            continue
        report(done / len(files), f"{done} of {len(files)} files, now {file.name}")
        _settle(upload, file, _came(upload, file))
    with transaction.atomic():
        ask_for_places()


def _came(upload: Upload, file: UploadedFile) -> Came:
    with tempfile.TemporaryDirectory(prefix="attune-upload-") as folder:
        copy = Path(folder) / f"sound{PurePath(file.name).suffix}"
        try:
            with file.file.open("rb") as sent, copy.open("wb") as here:
                copyfileobj(sent, here)
        except FileNotFoundError:
            return Came(file.name, End.REFUSED, "The file did not arrive whole. Send it again.")
        coming = recordings_coming_in(
            catalogue=upload.catalogue,
            sources=[Source(copy, file.name)],
            given=_given(upload),
            analyse_all=workbench.analyse_in_turn,
            keep_copies=upload.keep_copies,
            replace=False,
        )
        return next(coming)


def _given(upload: Upload) -> Given:
    return Given(
        rights=upload.rights,
        artist=upload.artist,
        tags=upload.tags,
        lyrics=upload.lyrics,
        explicit=upload.explicit,
    )


def _settle(upload: Upload, file: UploadedFile, came: Came) -> None:
    """Write down what became of a file; the copy that was sent goes then."""
    sent = str(file.file)
    file.state, file.said, file.file = came.end.value, came.said, ""
    file.track = Track.objects.filter(catalogue=upload.catalogue, external_id=came.track).first()
    file.save()
    UploadedFile.file.field.storage.delete(sent)
