"""One patient's record as one file."""

import json
import os
import tempfile
import uuid
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from therapy.interchange.fhir.naming import Resource, address
from therapy.interchange.fhir.provenance import Export
from therapy.interchange.fhir.record import lock, resources_of

MEDIA_TYPE = "application/fhir+json"


class FileTaken(Exception):
    """Something is at the place that the bundle is to have."""


def filename(clinic: str, code: str) -> str:
    return f"attune-{clinic}-{code}.fhir.json"


@transaction.atomic
def write_bundle(
    target: IO[bytes], *, patient_id: uuid.UUID, export: Export, notes: bool = False
) -> None:
    """Write a Bundle of the type `collection`: a set of resources to read, and no order to a server
    to store them.

    Raises Patient.DoesNotExist, NotFhir and, with notes, CannotDecrypt: what was written until then
    is no bundle.
    """
    patient = lock(patient_id)
    about: Resource = {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "type": "collection",
        "timestamp": export.at.isoformat(timespec="milliseconds"),
    }
    target.write(dumped(about)[:-1] + b',"entry":[')
    for number, resource in enumerate(resources_of(patient, export, notes=notes)):
        # An address, not a UUID: only below one do references such as Patient/… lead anywhere.
        full = address(resource["resourceType"], resource["id"])
        target.write(b"\n" if number == 0 else b",\n")
        target.write(dumped({"fullUrl": full, "resource": resource}))
    target.write(b"\n]}\n")


def write_bundle_to(path: Path, **which: Any) -> None:
    """Write it into a new file, whole or not at all. Raises as `write_bundle`, FileTaken, and
    OSError."""
    if path.exists():
        raise FileTaken(f"There is something at {path}. Name a file that is not there yet.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as draft:
        try:
            write_bundle(draft, **which)
            draft.flush()
            os.replace(draft.name, path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def dumped(resource: Resource) -> bytes:
    """One line of JSON."""
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
