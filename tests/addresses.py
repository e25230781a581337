"""The addresses that the site has, and what to fill their parameters with.

Tests of all addresses go by this list, so that a new one is asked about without a word.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.urls import URLPattern, get_resolver

from adaptation.models import BaseModel, PatientModel
from exports.models import Bundle, ModelPackage, SigningKey
from tests.factories import PlaylistLogFactory, SessionPlanFactory, trial_of
from tests.people import People
from therapy.models import CatalogueEdit, DataExport, ProgressNote, SafetyFlag, TablesExport, Upload
from therapy.people.invitations import invite
from therapy.people.pairing import make_pairing_code
from worker.models import Job

PARAMETER = r"(?:\^\(\?P)?<(?:\w+:)?(\w+)>(?:[^)/]*\))?"  # <uuid:id> or ^(?P<id>…)
UNKNOWN_HERE = "".join(str(digit % 10) for digit in range(64))


def patterns(found: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if found is None else found:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from patterns(pattern.url_patterns, route)


def parameters_at(people: People) -> dict[str, Any]:
    """What every parameter of an address is at Harbour, and that it is there."""
    people.harbour.name = "A name that no example has"
    people.harbour.save()
    plan = SessionPlanFactory(patient=people.anna)
    people.tracks[0].audio.save("calm.ogg", ContentFile(b"OggS"))
    base = BaseModel.objects.create(
        name="calm-base",
        version=1,
        learner="relation",
        schema=people.harbour.feature_schema,
        trained_on="simulated listeners",
        simulated=True,
        seed=1,
        weights="bases/x.pt",
        weights_sha256="0" * 64,
        vector_size=4,
    )
    key = SigningKey.objects.create(key_id="0a1b2c3d4e5f6071", public_key=bytes(32))
    bundle = Bundle(base=base, kind="onnx", sha256=UNKNOWN_HERE, bytes=4, statement=b"-", key=key)
    bundle.file.save("bundle.zip", ContentFile(b"PK00"))
    model = PatientModel.objects.create(
        base=base,
        version=1,
        patient=people.anna,
        vector=b"",
        support_digest="0" * 64,
        support_count=0,
    )
    ModelPackage.objects.create(
        patient=people.anna,
        patient_model=model,
        version=1,
        kind="record",
        bytes=6,
        sha256="1" * 64,
        signed=b"record",
        key=key,
        learns=True,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        expires_at=datetime(2126, 3, 1, tzinfo=UTC),
    )
    flag = SafetyFlag.objects.create(
        patient=people.anna,
        rule="stopped-feeling-worse",
        rule_version=1,
        severity="attention",
        cause=people.anna.id,
    )
    export = DataExport.objects.create(
        patient=people.anna, file="data-exports/anna.zip", ready_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    export.file.storage.save(export.file.name, ContentFile(b"PK00"))
    tables = TablesExport.objects.create(
        clinic=people.harbour,
        form="csv",
        pseudonymous=False,
        file="data-exports/tables.zip",
        ready_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    tables.file.storage.save(tables.file.name, ContentFile(b"PK00"))
    owner = people.alice.memberships.get()
    invitation, token = invite(by=owner, email="dora@example.org", role="therapist")
    job = Job.objects.create(
        kind="adapt_patient",
        key=f"adapt_patient:{people.anna.id}",
        arguments={"patient_id": str(people.anna.id)},
        clinic_id=people.harbour.id,
        state=Job.State.FAILED,
        run_after=datetime(2026, 3, 1, tzinfo=UTC),
        finished_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return {
        "patient_id": people.anna.id,
        "job_id": job.id,
        "track_id": people.tracks[0].id,
        "version": 1,
        "plan_version": plan.version,
        "kind": "record",
        "name": base.name,
        "sha256": UNKNOWN_HERE,
        "code_id": make_pairing_code(patient=people.anna, by=people.alice).id,
        "phone_id": people.annas_phone.device.id,
        "flag_id": flag.id,
        "trial_id": trial_of(people.anna, plan).id,
        "note_id": ProgressNote.objects.create(
            patient=people.anna, format="dap", sections={"data": "slept"}
        ).pk,
        "export_id": tables.id,
        "edit_id": CatalogueEdit.objects.create(clinic=people.harbour, changes={}).id,
        "upload_id": Upload.objects.create(
            clinic=people.harbour, catalogue=people.tracks[0].catalogue, rights="CC0"
        ).id,
        "playlist_id": PlaylistLogFactory(patient=people.anna).id,
        "slug": people.harbour.slug,
        "membership_id": people.therapist.id,
        "invitation_id": invitation.id,
        "token": token,
        "session_id": 1,
        "table": "effect",
        "object_id": 1,
        "app_label": "therapy",
        "pk": 1,
    }


def names_in(route: str) -> list[str]:
    """The parameters of an address, those of what includes it too."""
    return re.findall(PARAMETER, route)


def filled(route: str, parameters: dict[str, Any]) -> str:
    for name in names_in(route):
        assert name in parameters, f"Say what '{name}' of {route} is, in `parameters`."
    return "/" + re.sub(PARAMETER, lambda found: str(parameters[found[1]]), route.rstrip("$"))
