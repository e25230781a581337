"""Everything that is stored of a patient, as one ZIP archive: readable by people and programs.

`tables/APP.MODEL.json` is a list of rows, each with every column by its name. Times are ISO 8601 in
UTC, bytes Base64, and texts that are stored encrypted are plain. `tracks.json` says which music the
tracks are that rows name; the audio itself belongs to whoever licensed it, and is not here.
"""

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from therapy.catalogue.models import Track
from therapy.people.models import Patient
from therapy.rights.rows import Rows, in_batches, rows_of

FORMAT = "attune-patient-data-1"
SECRET = re.compile("token|secret|password|hmac")
"""Columns whose content lets someone in; they say nothing about the patient."""
README = """\
Everything that {clinic} stores of {code} in Attune
Made {made:%Y-%m-%d %H:%M} UTC.

tables/       One file for each kind of record, as JSON: a list of rows, each with all its columns.
              Mood goes from -1 to 1: valence from unpleasant to pleasant, arousal from calm to
              excited. Liking goes from 1 (not at all) to 5 (very much). Times are UTC.
              'therapy.patient' is the patient's own row; the others belong to it.
tracks.json   Which music the tracks are that the rows name by their ids. The audio is not here:
              it belongs to whoever licensed it.
manifest.json How many rows each file has, and the SHA-256 of each file.

Left out is what phones are recognised by and spoken to with, what requests are recognised by, and
answers that are kept for a day to be given again: {secrets}.
They say nothing about the patient, and nobody should have them.
"""


class Incomplete(Exception):
    """Rows went while the archive was being written."""


@dataclass(frozen=True)
class Written:
    """How many rows of each table are in an archive."""

    rows: dict[str, int]


def write(patient: Patient, target: IO[bytes]) -> Written:
    """Write the whole archive to `target`. To be called in a transaction.

    Raises Incomplete when rows were deleted meanwhile, and CannotDecrypt where a key is missing:
    what was written until then is no archive.
    """
    rows = rows_of(patient.id)
    contents: dict[str, str] = {}
    counts: dict[str, int] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, text: str) -> None:
            content = text.encode()
            archive.writestr(name, content)
            contents[name] = hashlib.sha256(content).hexdigest()

        for model in sorted(rows, key=lambda one: one._meta.label_lower):
            name = model._meta.label_lower
            listed = [_as_json(row) for row in _read(model, rows)]
            counts[name] = len(listed)
            put(f"tables/{name}.json", _dumped(listed))
        put("tracks.json", _dumped(_tracks(rows)))
        put("README.txt", _readme(patient, rows))
        manifest = {
            "format": FORMAT,
            "made_at": timezone.now(),
            "patient": patient.id,
            "rows": counts,
            "sha256": contents,
        }
        archive.writestr("manifest.json", _dumped(manifest))
    return Written(counts)


def _read(model: type[models.Model], rows: Rows) -> Iterator[models.Model]:
    """The rows, by their keys' order. Raises Incomplete."""
    keys, read = sorted(rows[model]), 0
    for batch in in_batches(keys):
        for row in model._base_manager.filter(pk__in=batch).order_by("pk"):
            read += 1
            yield row
    if read != len(keys):
        raise Incomplete(f"{len(keys) - read} rows of {model._meta.label} went meanwhile.")


def _as_json(row: models.Model) -> dict[str, Any]:
    return {
        field.attname: _value(row, field)
        for field in row._meta.concrete_fields
        if not SECRET.search(field.name)
    }


def _value(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.FileField):
        return value.name
    if isinstance(field, models.BinaryField) and value is not None:
        return base64.b64encode(bytes(value)).decode()
    return value


def _tracks(rows: Rows) -> list[dict[str, Any]]:
    """What the tracks are that a row names."""
    named: set[Any] = set()
    for model, keys in rows.items():
        for field in model._meta.concrete_fields:
            if field.related_model is not Track:
                continue
            for batch in in_batches(keys):
                held = model._base_manager.filter(pk__in=batch)
                named.update(held.values_list(field.attname, flat=True))
    found = [
        track
        for batch in in_batches(named - {None})
        for track in Track.objects.filter(id__in=batch).select_related("catalogue")
    ]
    return [
        {
            "id": track.id,
            "key": track.key,
            "title": track.title,
            "artist": track.artist,
            "catalogue": track.catalogue.slug,
        }
        for track in sorted(found, key=lambda one: (one.title, one.id))
    ]


def _readme(patient: Patient, rows: Rows) -> str:
    secrets = [
        f"{model._meta.label_lower}.{field.attname}"
        for model in sorted(rows, key=lambda one: one._meta.label_lower)
        for field in model._meta.concrete_fields
        if SECRET.search(field.name)
    ]
    return README.format(
        clinic=patient.clinic,
        code=patient.code,
        made=timezone.now(),
        secrets=", ".join(secrets) or "none are stored",
    )


def _dumped(content: Any) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1) + "\n"
