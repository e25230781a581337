"""A clinic's records: a file of newline-delimited JSON for each kind of resource, and a manifest.

As FHIR Bulk Data Access has it (hl7.org/fhir/uv/bulkdata), with files beside the manifest where
that has addresses.
"""

import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.db import transaction

from therapy.interchange.fhir.bundle import dumped
from therapy.interchange.fhir.naming import Resource
from therapy.interchange.fhir.provenance import Export, software_version
from therapy.interchange.fhir.record import lock, resources_of
from therapy.people.models import Clinic, Patient
from therapy.people.selectors import has_ended_care

MANIFEST = "manifest.json"
WRITTEN, WITHDRAWN, ERASED = "written", "care was withdrawn", "erased meanwhile"
Report = Callable[[int, int, str], None]
"""Called with how many patients are done, of how many, and a word on the last."""


class FolderTaken(Exception):
    """Something is at the place that the export is to have."""


@dataclass
class _File:
    """One kind's file, and what the manifest says of it."""

    stream: IO[bytes]
    lines: int = 0
    bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, resource: Resource) -> None:
        line = dumped(resource) + b"\n"
        self.stream.write(line)
        self.lines += 1
        self.bytes += len(line)
        self.digest.update(line)


class _Files:
    """The files of a folder, opened as kinds come."""

    def __init__(self, folder: Path, streams: ExitStack) -> None:
        self._folder, self._streams = folder, streams
        self._forms: set[str] = set()
        self.by_kind: dict[str, _File] = {}

    def add(self, resource: Resource) -> None:
        """Forms, which several patients filled in, are written once."""
        kind = resource["resourceType"]
        if kind == "Questionnaire":
            if resource["id"] in self._forms:
                return
            self._forms.add(resource["id"])
        if kind not in self.by_kind:
            path = self._folder / f"{kind}.ndjson"
            self.by_kind[kind] = _File(self._streams.enter_context(path.open("wb")))
        self.by_kind[kind].add(resource)


def export_clinic(*, clinic: Clinic, folder: Path, report: Report) -> dict[str, int]:
    """Write all records of the clinic into a new folder; how many resources of which kind.

    Those who took back, or refused, the consent to care are left out, and only counted. One record
    is read at a time. The folder gets its name when everything is in it: there is all, or nothing.
    Raises FolderTaken, NotFhir, OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"There is something at {folder}. Name a folder that is not there yet.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".fhir-"))
    try:
        counts = _write(clinic, draft, report)
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return counts


def _write(clinic: Clinic, folder: Path, report: Report) -> dict[str, int]:
    export = Export.now(by=None)
    there = Patient.objects.filter(clinic=clinic, erasure=None).order_by("code")
    due = list(there.values_list("id", flat=True))
    became: Counter[str] = Counter()
    with ExitStack() as streams:
        files = _Files(folder, streams)
        for done, patient_id in enumerate(due, start=1):
            became[_write_patient(patient_id, export, files)] += 1
            report(done, len(due), "")
    manifest = {
        "transactionTime": export.at.isoformat(timespec="milliseconds"),
        "requiresAccessToken": False,
        "output": [
            {
                "type": kind,
                "url": f"{kind}.ndjson",
                "count": file.lines,
                "extension": {"bytes": file.bytes, "sha256": file.digest.hexdigest()},
            }
            for kind, file in sorted(files.by_kind.items())
        ],
        "error": [],
        "extension": {
            "clinic": clinic.slug,
            "software": f"Attune {software_version()}",
            "patients": became[WRITTEN],
            "patients_left_out_because_care_was_withdrawn": became[WITHDRAWN],
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return {kind: file.lines for kind, file in sorted(files.by_kind.items())}


@transaction.atomic
def _write_patient(patient_id: uuid.UUID, export: Export, files: _Files) -> str:
    """What became of the patient's record; consent is looked at now, not when all began."""
    try:
        patient = lock(patient_id)
    except Patient.DoesNotExist:
        return ERASED
    if has_ended_care(patient):
        return WITHDRAWN
    for resource in resources_of(patient, export):
        files.add(resource)
    return WRITTEN
