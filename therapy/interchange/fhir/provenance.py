"""Who took a record out, when, and with which software."""

import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils import timezone

from therapy.interchange.fhir.naming import TERMINOLOGY, Resource
from therapy.people.models import Patient, User


@dataclass(frozen=True)
class Export:
    """One export. `by` is None for an operator at the command line; `at` has an offset."""

    by: User | None
    at: datetime

    @classmethod
    def now(cls, by: User | None) -> "Export":
        return cls(by, timezone.now())


def provenance_resource(patient: Patient, export: Export, targets: Sequence[Resource]) -> Resource:
    """Of what was exported of the patient, which `targets` refer to."""
    who = "An operator, at the command line" if export.by is None else str(export.by)
    return {
        "resourceType": "Provenance",
        "id": str(uuid.uuid5(patient.id, export.at.isoformat())),
        "contained": [
            {
                "resourceType": "Device",
                "id": "software",
                "deviceName": [{"name": "Attune", "type": "model-name"}],
                "version": [{"value": software_version()}],
            }
        ],
        "target": list(targets),
        "recorded": export.at.isoformat(timespec="milliseconds"),
        "activity": {"text": "Export"},
        "agent": [
            _agent("performer", "Performer", {"display": who}),
            _agent("assembler", "Assembler", {"reference": "#software"}),
            _agent("custodian", "Custodian", {"display": patient.clinic.name}),
        ],
    }


@cache
def software_version() -> str:
    """The version that pyproject.toml says."""
    described = tomllib.loads((settings.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(described["project"]["version"])


def _agent(code: str, display: str, who: Resource) -> Resource:
    system = f"{TERMINOLOGY}/provenance-participant-type"
    return {"type": {"coding": [{"system": system, "code": code, "display": display}]}, "who": who}
