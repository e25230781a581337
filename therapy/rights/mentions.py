"""Where a patient is named outside the rows that are theirs: in jobs, in sessions, in any text."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Replace

from therapy.encryption import EncryptedTextField
from therapy.people.models import Patient
from therapy.rights.rows import all_models
from worker.models import Job

TEXTS = (models.CharField, models.TextField, models.JSONField)


def forget_jobs(patient: Patient) -> None:
    """Delete the jobs about the patient, waiting, running or over, and empty what others say of
    them. A run that goes on finds its row gone and writes nothing down."""
    named = str(patient.id)
    about = Q(key__contains=named) | Q(arguments_as_text__contains=named)
    Job.objects.annotate(arguments_as_text=Cast("arguments", models.TextField())).filter(
        about
    ).delete()
    telling = Q(note__contains=patient.code) | Q(error__contains=patient.code)
    code = re.compile(rf"(?<!\w){re.escape(patient.code)}(?!\w)")
    for job in Job.objects.filter(telling):
        if code.search(job.note) or code.search(job.error):
            Job.objects.filter(id=job.id).update(note="", error="")


def forget_sessions(patient: Patient) -> None:
    """Drop from every session what names the patient: a message that nobody read yet, or a form
    that waits for a password. Whoever is signed in stays so."""
    named = (str(patient.id), json.dumps(patient.code))
    for key in Session.objects.values_list("session_key", flat=True):
        session = SessionStore(key)
        naming = [
            name
            for name, held in session.items()
            if any(one in json.dumps(held, default=str) for one in named)
        ]
        for name in naming:
            del session[name]
        if naming:
            session.save()


def forget_id(patient_id: uuid.UUID, *, instead: uuid.UUID) -> None:
    """Put another id in the place of the patient's wherever a column still holds it, alone or
    within a text: the audit's entries still hang together, and lead to nobody."""
    for model in all_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.UUIDField) and not field.primary_key:
                model._base_manager.filter(**{field.name: patient_id}).update(
                    **{field.name: instead}
                )
            elif isinstance(field, TEXTS) and not isinstance(field, EncryptedTextField):
                for written, other in _ways_to_write(patient_id, instead):
                    _replace(model, field, written, other)


def _ways_to_write(patient_id: uuid.UUID, instead: uuid.UUID) -> Iterator[tuple[str, str]]:
    yield str(patient_id), str(instead)
    yield patient_id.hex, instead.hex


def _replace(model: type[models.Model], field: Any, written: str, instead: str) -> None:
    naming = model._base_manager.annotate(
        held_as_text=Cast(F(field.name), models.TextField())
    ).filter(held_as_text__contains=written)
    if isinstance(field, models.JSONField):
        for row in naming:
            text = json.dumps(getattr(row, field.attname)).replace(written, instead)
            model._base_manager.filter(pk=row.pk).update(**{field.name: json.loads(text)})
    elif naming.exists():
        changed = Replace(F(field.name), Value(written), Value(instead))
        naming.update(**{field.name: changed})
