"""No table that leads to a patient escapes."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import connection, models

from adaptation.models import BaseModel, TrainingMembership
from tests.factories import PlaylistEntryFactory
from tests.people import People
from therapy.models import Clinic, Patient, PlaylistEntry, User
from therapy.rights.rows import rows_of, tables

pytestmark = pytest.mark.django_db

Model = type[models.Model]


def leads_to_patient(model: Model, on_the_way: frozenset[Model] = frozenset()) -> bool:
    """By its own foreign keys, followed forwards: another way round than the code goes."""
    if model is Patient:
        return True
    if model in on_the_way:
        return False
    return any(
        leads_to_patient(field.related_model, on_the_way | {model})
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False)
        and (field.many_to_one or field.one_to_one)
        and isinstance(field.related_model, type)
    )


EVERY_MODEL = apps.get_models(include_auto_created=True)


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_every_model_that_leads_to_a_patient_is_covered(model: Model) -> None:
    assert (model in tables()) == leads_to_patient(model)


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_no_model_leads_anywhere_without_a_foreign_key(model: Model) -> None:
    generic = [f for f in model._meta.private_fields if isinstance(f, GenericForeignKey)]
    assert not generic, "Erasure cannot follow it: register a holder, and name the model here."


def test_what_is_shared_is_nobodys() -> None:
    assert not tables() & {Clinic, User, BaseModel}


def test_the_database_has_no_foreign_key_to_a_covered_table_that_the_models_do_not_know() -> None:
    covered = {model._meta.db_table for model in tables()}
    introspection: Any = connection.introspection
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            found = introspection.get_relations(cursor, table)
            targets = {target for _, target, *_ in map(_pair, found.values())}
            assert table in covered or not targets & covered, table


def _pair(relation: tuple[Any, ...]) -> tuple[str, str]:
    """Column and table that a foreign key leads to."""
    return relation[0], relation[1]


def test_every_row_of_a_patient_is_found_and_no_other(people: People, base: BaseModel) -> None:
    strange = PlaylistEntryFactory(playlist__patient=people.carl, track=people.strange_track)
    found = rows_of(people.anna.id)
    assert found.keys() == tables()
    assert found[Patient] == {people.anna.id}
    assert strange.id not in found[PlaylistEntry]
    assert found[TrainingMembership] == set(base.members.values_list("id", flat=True))


def test_a_row_that_names_the_patient_by_another_row_alone_is_found(people: People) -> None:
    entry = PlaylistEntryFactory(playlist__patient=people.anna, track=people.tracks[0])
    assert rows_of(people.anna.id)[PlaylistEntry] == {entry.id}


def test_a_patient_of_whom_nothing_is_known_has_one_row(people: People) -> None:
    people.anna.devices.all().delete()
    assert rows_of(people.anna.id) == {Patient: {people.anna.id}}
