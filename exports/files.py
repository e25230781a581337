"""Self-contained files, made whenever they are asked for: the template of the base, with the
patient's vector put in its place."""

import hashlib
from functools import lru_cache
from uuid import UUID

from adaptation.models import BaseModel
from exports import baking
from exports.models import ModelPackage, Template
from exports.selectors import content_of
from exports.signing.payloads import PatientRecord
from worker.refusals import JobRefused


class Lost(JobRefused):
    """A file that is on record cannot be made again as it was; the text says why."""


def self_contained(base: BaseModel, kind: str, record: PatientRecord) -> bytes:
    """The file that holds the model of this record whole: the same bytes at every call."""
    return _template(base.id, str(kind)).patched(record.numbers)


def of_package(package: ModelPackage) -> bytes:
    """The file that a package speaks of, from the record of the same version. Raises Lost where it
    is not what was signed."""
    record = ModelPackage.objects.get(
        patient=package.patient_id, version=package.version, kind=ModelPackage.Kind.RECORD
    )
    content = self_contained(package.patient_model.base, package.kind, content_of(record))
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise Lost(
            f"The file of package {package.id} is not what was signed: its template was changed."
        )
    return content


@lru_cache(maxsize=16)
def _template(base_id: UUID, kind: str) -> baking.Template:
    """Read once a process: a base's templates never change."""
    row = Template.objects.get(base_id=base_id, kind=kind)
    try:
        with row.file.open() as file:
            content = file.read()
    except FileNotFoundError as missing:
        raise Lost(f"The file {row.file.name} is on record but no longer stored.") from missing
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Lost(f"The file {row.file.name} is not what was released: its digest differs.")
    return baking.Template(content, baking.Places.from_json(row.places))
