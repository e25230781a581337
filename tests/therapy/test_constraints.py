"""What the database itself refuses, even from code that goes past the services."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories as make
from therapy.models import (
    Device,
    Membership,
    Patient,
    PlaylistEntry,
    SessionPlan,
    Track,
    TrackFeatures,
    User,
)

pytestmark = pytest.mark.django_db


def assert_refused(write: Callable[[], Any]) -> None:
    """The write fails on a constraint, at once or where deferred ones are checked."""

    @transaction.atomic
    def write_and_check() -> None:
        write()
        connection.check_constraints()

    with pytest.raises(IntegrityError):
        write_and_check()


def change(factory: Any, **fields: Any) -> Callable[[], Any]:
    """Make a good row, and give the write that spoils it."""
    row = factory()
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**fields)


@pytest.mark.parametrize("value", [1.01, -1.01, math.nan, math.inf, -math.inf, None])
@pytest.mark.parametrize("field", ["valence", "arousal"])
def test_a_mood_lies_in_the_affect_plane(field: str, value: float) -> None:
    assert_refused(change(make.MoodRatingFactory, **{field: value}))


@pytest.mark.parametrize(
    ("factory", "fields"),
    [
        (make.MoodRatingFactory, {"phase": "later"}),
        (make.MoodSkipFactory, {"phase": "later"}),
        (make.TrackRatingFactory, {"liking": 0}),
        (make.TrackRatingFactory, {"liking": 6}),
        (make.TrackRatingFactory, {"familiarity": 6}),
        (make.TrackRatingFactory, {"familiarity": 0}),
        (make.MembershipFactory, {"role": "janitor"}),
        (make.TrackFactory, {"duration_seconds": 0.0}),
        (make.TrackFactory, {"duration_seconds": -1.0}),
        (make.SessionPlanFactory, {"target_valence": 1.01}),
        (make.SessionPlanFactory, {"target_arousal": math.nan}),
        (make.SessionPlanFactory, {"lowest_valence": -1.01}),
        (make.SessionPlanFactory, {"start_factor": 0.4}),
        (make.SessionPlanFactory, {"start_factor": 1.1}),
        (make.SessionPlanFactory, {"track_count": 2}),
        (make.SessionPlanFactory, {"track_count": 9}),
        (make.SessionPlanFactory, {"minutes": 4}),
        (make.SessionPlanFactory, {"minutes": 61}),
        (make.SessionPlanFactory, {"hold_radius": -0.1}),
        (make.SessionPlanFactory, {"largest_step": 0.0}),
        (make.SessionPlanFactory, {"curve": "zigzag"}),
        (make.SessionPlanFactory, {"tempo_min": 81.0, "tempo_max": 80.0}),
        (make.PlaylistLogFactory, {"mood_valence": 1.01}),
        (make.PlaylistLogFactory, {"mood_arousal": -1.01}),
        (make.PlaylistLogFactory, {"target_valence": math.inf}),
        (make.PlaylistLogFactory, {"target_arousal": math.nan}),
        (make.PlaylistEntryFactory, {"position": 8}),
        (make.PlaylistEntryFactory, {"log_probability": 0.1}),
        (make.PlaylistEntryFactory, {"log_probability": math.nan}),
        (make.PlaylistEntryFactory, {"deviation_valence": -0.1}),
        (make.PlaylistEntryFactory, {"deviation_arousal": -0.1}),
        (make.MeasureResponseFactory, {"state": "missed"}),
        (make.MeasureResponseFactory, {"state": "skipped"}),
        (make.MeasureResponseFactory, {"answers": None}),
        (make.MeasureResponseFactory, {"scores": None}),
        (make.ListeningSessionFactory, {"ended_at": "2000-01-01T00:00:00Z"}),
        (make.ListeningSessionFactory, {"ending": "completed"}),
        (make.ListeningSessionFactory, {"ending": "left"}),
        (make.ListeningSessionFactory, {"stop_reason": "tired"}),
        (make.SessionNotHeldFactory, {"outcome": "missed"}),
        (make.SessionNotHeldFactory, {"skip_reason": "a cold"}),
        (make.SessionNotHeldFactory, {"outcome": "expired", "skip_reason": "tired"}),
        (make.SessionNotHeldFactory, {"decided_at": "2000-01-01T00:00:00Z"}),
        (make.TrackPlayFactory, {"position": 1000}),
        (make.TrackPlayFactory, {"seconds_heard": -0.1}),
        (make.TrackPlayFactory, {"seconds_heard": math.nan}),
        (make.TrackPlayFactory, {"ending": "paused"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else value.__name__,
)
def test_a_value_outside_its_range_is_refused(factory: Any, fields: dict[str, Any]) -> None:
    assert_refused(change(factory, **fields))


def copy_of(row: Any, **fields: Any) -> Any:
    """An unsaved row with the same content under a key of its own."""
    model = type(row)
    content = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    return model(**content | fields)


@pytest.mark.parametrize(
    "factory",
    [
        make.FeatureSchemaFactory,
        make.CatalogueFactory,
        make.TrackFactory,
        make.TrackFeaturesFactory,
        make.ClinicFactory,
        make.UserFactory,
        make.MembershipFactory,
        make.PatientFactory,
        make.DeviceFactory,
        make.SessionPlanFactory,
        make.PlaylistEntryFactory,
    ],
    ids=lambda factory: factory.__name__,
)
def test_what_names_a_row_names_one_row(factory: Any) -> None:
    row = factory()
    assert_refused(lambda: type(row)._default_manager.bulk_create([copy_of(row)]))


def test_an_address_in_other_capitals_is_the_same_address() -> None:
    user: User = make.UserFactory(email="dora@example.org")
    assert_refused(lambda: User.objects.bulk_create([copy_of(user, email="Dora@Example.org")]))


def test_the_same_name_elsewhere_is_another_row() -> None:
    track: Track = make.TrackFactory()
    patient: Patient = make.PatientFactory()
    member: Membership = make.MembershipFactory()
    plan: SessionPlan = make.SessionPlanFactory()
    features: TrackFeatures = make.TrackFeaturesFactory()
    entry: PlaylistEntry = make.PlaylistEntryFactory()
    copies = [
        copy_of(track, catalogue_id=make.CatalogueFactory().id),
        copy_of(patient, clinic_id=make.ClinicFactory().id),
        copy_of(member, clinic_id=make.ClinicFactory().id),
        copy_of(plan, version=plan.version + 1),
        copy_of(features, schema_id=make.FeatureSchemaFactory(version=2).pk),
        copy_of(entry, position=1),
    ]
    for row in copies:
        type(row)._default_manager.bulk_create([row])
    connection.check_constraints()


@pytest.mark.parametrize(
    ("factory", "field"),
    [
        (make.MoodRatingFactory, "patient_id"),
        (make.MoodRatingFactory, "session_id"),
        (make.MoodSkipFactory, "patient_id"),
        (make.MoodSkipFactory, "session_id"),
        (make.TrackRatingFactory, "track_id"),
        (make.DeviceFactory, "patient_id"),
        (make.SessionPlanFactory, "patient_id"),
        (make.PlaylistEntryFactory, "track_id"),
    ],
    ids=str,
)
def test_a_row_cannot_name_what_is_not_there(factory: Any, field: str) -> None:
    assert_refused(change(factory, **{field: Device().id}))
