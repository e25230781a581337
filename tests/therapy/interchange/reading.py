"""Reading what was exported, as an importing system would."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from fhir.resources.R4B import get_fhir_model_class
from fhir_core.fhirabstractmodel import FHIRAbstractModel

from therapy.models import Patient

Json = dict[str, Any]


def bundle_of(patient: Patient, folder: Path, *arguments: str) -> Json:
    """By the command, in place of an earlier one."""
    path = folder / "bundle.json"
    path.unlink(missing_ok=True)
    name = f"{patient.clinic.slug}/{patient.code}"
    call_command("export_fhir", f"--patient={name}", f"--to={path}", *arguments)
    bundle: Json = json.loads(path.read_text(encoding="utf-8"))
    return bundle


def resources(bundle: Json, kind: str | None = None) -> list[Json]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [one for one in found if kind in {None, one["resourceType"]}]


def coded(bundle: Json, code: str) -> list[Json]:
    """The observations with that code, in whatever system."""
    return [
        one
        for one in resources(bundle, "Observation")
        if code in {coding["code"] for coding in one["code"]["coding"]}
    ]


def components(observation: Json) -> dict[str, Any]:
    """The value of each component by our own code: a number, or the code of a word."""
    found = {}
    for component in observation.get("component", ()):
        name = component["code"]["coding"][-1]["code"]
        if "valueQuantity" in component:
            found[name] = component["valueQuantity"]["value"]
        else:
            found[name] = component["valueCodeableConcept"]["coding"][0]["code"]
    return found


def references(part: Any) -> Iterator[str]:
    """Every reference within a resource, canonical ones too."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in {"reference", "questionnaire"}:
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def model_of(resource: Json) -> FHIRAbstractModel:
    model: FHIRAbstractModel = get_fhir_model_class(resource["resourceType"]).model_validate(
        resource
    )
    return model


def strange_codes(model: FHIRAbstractModel) -> list[str]:
    """Codes that a required binding does not have: the library knows the lists and lets all pass.
    A list that ends in '+' is not known whole."""
    found = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        known = (field.json_schema_extra or {}).get("enum_values")  # type: ignore[union-attr]
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, FHIRAbstractModel):
                found += strange_codes(one)
            elif known and "+" not in known and one is not None and one not in known:
                found.append(f"{type(model).__name__}.{name}: {one}")
    return found
