"""Taking recordings from the browser: what can be told at once is told, the rest is for a job."""

import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile as SentFile
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from therapy.catalogue.models import Catalogue
from therapy.catalogue.rows import LONGEST_TAG, tidy_tags
from therapy.catalogue.upload_models import Upload, UploadedFile
from therapy.people.models import Clinic, User
from therapy.records import problems_of, refuse
from worker.jobs import enqueue

MOST_FILES = 100
LARGEST_BYTES = 400 * 10**6
"""Thirty minutes, the longest recording that is read, have 318 MB as a WAV file from a CD."""

LONGEST_NAME = 120
Waiting = UploadedFile.State.WAITING


def send_files(
    *,
    clinic: Clinic,
    catalogue: Catalogue,
    by: User | None,
    files: Sequence["SentFile[Any]"],
    **given: Any,
) -> Upload:
    """Keep the files and have them analysed; `given` are fields of Upload that hold for all.

    A file that can be refused without reading it is refused alone. Raises ValidationError by field,
    and then keeps nothing.
    """
    upload = _checked(clinic, catalogue, by, files, given)
    with transaction.atomic():
        upload.save(force_insert=True)
        rows = [_row(upload, place, file, files) for place, file in enumerate(files)]
        UploadedFile.objects.bulk_create(rows)
    for row, file in zip(rows, files, strict=True):
        if row.state == Waiting:
            row.file.storage.save(str(row.file), file)
    with transaction.atomic():
        # After the files, for the job must find them. Broken off before, there is no job, and the
        # page says so.
        enqueue(
            kind="ingest_upload",
            key=upload_key(upload.id),
            arguments={"upload_id": str(upload.id)},
            clinic_id=upload.clinic_id,
        )
    return upload


def upload_key(upload_id: uuid.UUID) -> str:
    """The job key under which an upload is analysed."""
    return f"ingest_upload:{upload_id}"


def uploads_of(clinics: QuerySet[Clinic]) -> QuerySet[Upload]:
    """What was sent at these clinics, the newest first, with counts of its files by state."""
    found: QuerySet[Upload] = Upload.objects.filter(clinic__in=clinics)
    counts = {
        f"{state}_files": Count("files", filter=Q(files__state=state))
        for state in UploadedFile.State.values
    }
    return found.select_related("catalogue", "sent_by").annotate(**counts).order_by("-sent_at")


def _checked(
    clinic: Clinic,
    catalogue: Catalogue,
    by: User | None,
    files: Sequence["SentFile[Any]"],
    given: dict[str, Any],
) -> Upload:
    tags = tidy_tags(given.pop("tags", ()))
    upload = Upload(clinic=clinic, catalogue=catalogue, sent_by=by, tags=tags, **given)
    problems = problems_of(upload, unchecked=["tags"])
    too_long = [tag for tag in tags if len(tag) > LONGEST_TAG]
    if too_long:
        problems["tags"] = [f"Longer than {LONGEST_TAG} characters: {too_long[0]}."]
    if not files:
        problems["recordings"] = ["Choose at least one file."]
    elif len(files) > MOST_FILES:
        problems["recordings"] = [
            f"These are {len(files)} files; at most {MOST_FILES} are taken at once. "
            "Send them in parts."
        ]
    refuse(problems)
    return upload


def _row(
    upload: Upload, place: int, file: "SentFile[Any]", all_files: Sequence["SentFile[Any]"]
) -> UploadedFile:
    name = _name_of(file)
    refusal = _refusal(name, file, Counter(map(_name_of, all_files[:place])))
    row = UploadedFile(
        upload=upload, position=place, name=name[:LONGEST_NAME], bytes=file.size or 0
    )
    if refusal:
        row.state, row.said = UploadedFile.State.REFUSED, refusal
    else:
        row.file = f"uploads/{uuid.uuid4()}{PurePath(name).suffix.lower()[:8]}"
    return row


def _name_of(file: "SentFile[Any]") -> str:
    return (file.name or "").replace("\0", "").strip() or "without a name"


def _refusal(name: str, file: "SentFile[Any]", before: Counter[str]) -> str:
    """Why the file cannot be taken, as far as its name and size tell."""
    size = file.size or 0
    if size > LARGEST_BYTES:
        return (
            f"The file is too large: {size / 10**6:.0f} MB. At most {LARGEST_BYTES // 10**6} "
            "MB are taken; FLAC or MP3 need less than WAV."
        )
    if len(name) > LONGEST_NAME:
        return f"Its name has {len(name)} characters; at most {LONGEST_NAME} are kept. Rename it."
    if before[name]:
        return "Another file of this upload has the same name. Rename it and send it again."
    return ""
