"""How resources, codes and times are named and written."""

import re
import uuid
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.conf import settings

Resource: TypeAlias = dict[str, Any]
"""A resource, or a part of one, as FHIR's JSON has it."""

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def address(*parts: str) -> str:
    """An address below the installation's root. It names something; nobody has to answer there."""
    return "/".join([settings.FHIR_ROOT, *parts])


def reference(kind: str, id: uuid.UUID | str) -> Resource:
    """Leads to a resource of the same export, as `Patient/…`."""
    return {"reference": f"{kind}/{id}"}


def local_coding(code: str, display: str) -> Resource:
    """A code of our own, for what no terminology that we may use has."""
    return {"system": address("CodeSystem", "attune"), "code": code, "display": display}


def local_concept(code: str, display: str) -> Resource:
    return {"coding": [local_coding(code, display)], "text": display}


def category(code: str, display: str) -> list[Resource]:
    """Of an observation, from HL7's list."""
    system = f"{TERMINOLOGY}/observation-category"
    return [{"coding": [{"system": system, "code": code, "display": display}]}]


def quantity(value: float, unit: str) -> Resource:
    """A number with its UCUM unit: `1`, or an arbitrary one in braces."""
    return {"value": value, "unit": unit.strip("{}"), "system": UCUM, "code": unit}


def free_text(text: str) -> str:
    """Without the control characters that FHIR's strings must not have, and pasted texts do."""
    return CONTROL.sub(" ", text).strip()


def on_the_clock(instant: datetime, zone: ZoneInfo) -> str:
    """The instant as `dateTime`, to the millisecond, with the offset that the clock on the
    patient's wall had then. Phones send instants; which offset theirs showed is not stored."""
    return instant.astimezone(zone).isoformat(timespec="milliseconds")
