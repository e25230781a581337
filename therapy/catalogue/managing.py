"""Who may change a catalogue, and the work on it that is asked for."""

import uuid
from collections.abc import Collection
from itertools import count

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from therapy.catalogue.models import Catalogue
from therapy.catalogue.services import ensure_catalogue
from therapy.people.models import Clinic
from worker.jobs import enqueue
from worker.models import Job

SOUNDS_KEY = "look_at_sounds"


def catalogues_managed_from(clinics: Collection[uuid.UUID]) -> QuerySet[Catalogue]:
    """The catalogues that these clinics have and no other: what is changed in a catalogue is
    changed for every clinic that has it."""
    others = Clinic.objects.filter(catalogues=OuterRef("pk")).exclude(id__in=clinics)
    mine = Clinic.objects.filter(catalogues=OuterRef("pk"), id__in=clinics)
    return Catalogue.objects.filter(Exists(mine), ~Exists(others)).order_by("name", "id")


@transaction.atomic
def make_own_catalogue(clinic: Clinic) -> Catalogue:
    """A catalogue that this clinic has and no other, named after it."""
    slugs = (f"{clinic.slug[:45]}-music{f'-{number}' if number else ''}" for number in count())
    free = next(slug for slug in slugs if not Catalogue.objects.filter(slug=slug).exists())
    catalogue = ensure_catalogue(slug=free, name=f"Music of {clinic.name}"[:120])
    clinic.catalogues.add(catalogue)
    return catalogue


@transaction.atomic
def ask_for_sounds() -> Job:
    """Have the waveform drawn and the fingerprint taken of every track that lacks them."""
    return enqueue(kind=SOUNDS_KEY, key=SOUNDS_KEY, arguments={})
