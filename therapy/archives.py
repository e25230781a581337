"""Archives that a job makes, to be fetched for a few days: what those of a patient and those of a
clinic have in common."""

import hashlib
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.db import models
from django.utils import timezone

from therapy.fields import Record
from therapy.people.models import User

BLOCK = 1024 * 1024  # bytes


class StoredArchive(Record):
    """Its file is named when it is asked for: a worker that dies while it writes leaves no file
    that no row knows."""

    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(upload_to="data-exports/")
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True, help_text="Empty until the archive is whole.")

    class Meta:
        abstract = True
        ordering = ["-asked_at"]


def expires_at(archive: StoredArchive) -> datetime:
    """Until when it can be fetched, at least."""
    return archive.asked_at + timedelta(days=settings.DATA_EXPORT_DAYS)


def store(archive: StoredArchive, draft: IO[bytes]) -> None:
    """Put what was written where the row says, and say that it is ready. To be called in a
    transaction that holds a lock which keeps the row there."""
    size, digest = _measured(draft)
    storage, name = archive.file.storage, str(archive.file.name)
    storage.delete(name)  # of an attempt that stopped
    storage.save(name, File(draft))
    type(archive)._default_manager.filter(pk=archive.pk).update(
        bytes=size, sha256=digest, ready_at=timezone.now()
    )


def discard_old(kind: type[StoredArchive]) -> int:
    """Delete the archives of the kind that were there to be fetched long enough; how many."""
    before = timezone.now() - timedelta(days=settings.DATA_EXPORT_DAYS)
    return discard(kind._default_manager.filter(asked_at__lt=before))


def discard(archives: "models.QuerySet[Any]") -> int:
    """Delete these archives and their files, the files first; how many."""
    doomed = list(archives)
    for archive in doomed:
        archive.file.storage.delete(str(archive.file.name))
        archive.delete()
    return len(doomed)


def _measured(draft: IO[bytes]) -> tuple[int, str]:
    digest = hashlib.sha256()
    draft.seek(0)
    while block := draft.read(BLOCK):
        digest.update(block)
    size = draft.tell()
    draft.seek(0)
    return size, digest.hexdigest()
