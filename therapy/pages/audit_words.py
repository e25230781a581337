"""Entries of the audit in plain words: who, did what, to what, of whom."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps

from therapy.audit.models import AccessLog, WriteLog

DID = {"create": "created", "update": "changed", "delete": "deleted"}
PLACES = {
    "patients": "the list of patients",
    "patient": "the page",
    "notes": "the notes",
    "correct-note": "a note",
    "review-goals": "the goals",
    "reminders": "the reminders",
    "set-up-trial": "the page to set up a trial",
    "trial": "a trial",
    "stop-trial": "the page to stop a trial",
    "pairing-code": "the page of a code for a phone",
    "patient-data": "the page about the data",
    "patient-archive": "the archive of all data",
    "patient-erase": "the page about erasure",
    "patient-fhir": "the FHIR bundle",
    "playlist-jspf": "a playlist’s file",
    "rg-mbi": "the reporting sheet (RG-MBI)",
    "rg-mbi-file": "the reporting sheet’s file (RG-MBI)",
    "tables-archive": "the tables of all patients",
    "packages": "the model packages",
    "package": "a model package",
}
"""What was read, by the name of its address; another name says it itself."""

CAUSES = {
    "device": "The patient’s phone",
    "kind": "The server ({kind})",
    "task": "The server ({task})",
    "command": "An operator ({command})",
    "page": "Someone who was not signed in",
}
"""Who wrote where it was no user, by what the entry's cause says."""

ERASED = "an erased patient"


@dataclass(frozen=True)
class Line:
    """One entry: `who` did `did` of `patient`, whose page is found by `patient_id` if it is there
    still."""

    at: datetime
    who: str
    did: str
    patient: str
    patient_id: uuid.UUID | None
    details: str


def line_of(entry: AccessLog | WriteLog, codes: Mapping[uuid.UUID, str]) -> Line:
    """The entry in words. `codes` has the patients who are there."""
    code = codes.get(entry.patient_id) if entry.patient_id is not None else None
    return Line(
        at=entry.at,
        who=_who(entry),
        did=_read(entry) if isinstance(entry, AccessLog) else _wrote(entry),
        patient=(code or ERASED) if entry.patient_id is not None else "",
        patient_id=entry.patient_id if code else None,
        details="" if isinstance(entry, AccessLog) else _details(entry),
    )


def _who(entry: AccessLog | WriteLog) -> str:
    if entry.user is not None:
        return str(entry.user)
    cause = entry.cause if isinstance(entry, WriteLog) else {}
    said = next((words for key, words in CAUSES.items() if key in cause), "The server")
    return said.format(**{key: _spaced(text) for key, text in cause.items()})


def _read(entry: AccessLog) -> str:
    api, _, name = entry.address.rpartition(":")
    place = PLACES.get(name, f"“{_spaced(name)}”")
    return f"read {place}, through the API" if api else f"read {place}"


def _wrote(entry: WriteLog) -> str:
    thing = _thing(entry)
    if entry.count > 1:
        return f"{DID[entry.action]} {entry.count} × {thing}"
    named = f" “{entry.name}”" if entry.name else ""
    return f"{DID[entry.action]} the {thing}{named}"


def _thing(entry: WriteLog) -> str:
    """The model's name; a patient's own row is their record. A model may be gone by now."""
    if entry.model == "therapy.Patient":
        return "record"
    try:
        return str(apps.get_model(entry.model)._meta.verbose_name)
    except LookupError:
        return entry.model


def _details(entry: WriteLog) -> str:
    return ", ".join(
        f"{_spaced(name)} ({values[0]} → {values[1]})" if values else _spaced(name)
        for name, values in sorted(entry.changes.items())  # jsonb has an order of its own
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
