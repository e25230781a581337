"""Rows to start a test from, written past the services: a test of a service stands alone."""

import hashlib
from datetime import timedelta
from typing import Any

import factory
from allauth.mfa.models import Authenticator
from django.utils import timezone
from factory.django import DjangoModelFactory

from therapy.accounts.secret_text import encrypt
from therapy.models import (
    Assignment,
    Catalogue,
    Clinic,
    Consent,
    Device,
    FeatureSchema,
    ListeningSession,
    MeasureResponse,
    Membership,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    Patient,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    SessionPlan,
    Track,
    TrackFeatures,
    TrackPlay,
    TrackRating,
    Trial,
    User,
)

FEATURES = [
    {"name": "tempo", "unit": "bpm", "description": "Beats a minute."},
    {"name": "integrated_loudness", "unit": "LUFS", "description": "Integrated loudness."},
    {"name": "brightness", "unit": "Hz", "description": "Mean spectral centroid."},
]


TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every UserFactory's app


def token_of(device: Device) -> str:
    """The token of a device that DeviceFactory made."""
    return f"attune_test_{device.label}"


class FeatureSchemaFactory(DjangoModelFactory[FeatureSchema]):
    class Meta:
        model = FeatureSchema
        django_get_or_create = ("name", "version")

    name = "audio"
    version = 1
    features = FEATURES


class CatalogueFactory(DjangoModelFactory[Catalogue]):
    class Meta:
        model = Catalogue

    slug = factory.Sequence(lambda n: f"catalogue-{n}")
    name = factory.Sequence(lambda n: f"Catalogue {n}")


class TrackFactory(DjangoModelFactory[Track]):
    class Meta:
        model = Track

    catalogue = factory.SubFactory(CatalogueFactory)
    external_id = factory.Sequence(lambda n: f"track-{n}")
    title = factory.Sequence(lambda n: f"Track {n}")
    duration_seconds = 180.0
    lyrics = Track.Lyrics.NONE


class TrackFeaturesFactory(DjangoModelFactory[TrackFeatures]):
    class Meta:
        model = TrackFeatures

    track = factory.SubFactory(TrackFactory)
    schema = factory.SubFactory(FeatureSchemaFactory)
    values = (66.0, -23.0, 1500.0)


class ClinicFactory(DjangoModelFactory[Clinic]):
    class Meta:
        model = Clinic
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"clinic-{n}")
    name = factory.Sequence(lambda n: f"Clinic {n}")
    feature_schema = factory.SubFactory(FeatureSchemaFactory)

    @factory.post_generation
    def catalogues(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        if create and extracted:
            self.catalogues.set(extracted)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user-{n}@example.org")
    name = factory.Sequence(lambda n: f"User {n}")

    @factory.post_generation
    def second_factor(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        """An authenticator app, as everyone on the staff has; `second_factor=False`: none yet."""
        if create and extracted is not False:
            Authenticator.objects.create(
                user=self, type=Authenticator.Type.TOTP, data={"secret": encrypt(TOTP_SECRET)}
            )


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    clinic = factory.SubFactory(ClinicFactory)
    role = Membership.Role.THERAPIST


class PatientFactory(DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    clinic = factory.SubFactory(ClinicFactory)
    code = factory.Sequence(lambda n: f"P-{n:03}")


class DeviceFactory(DjangoModelFactory[Device]):
    class Meta:
        model = Device

    patient = factory.SubFactory(PatientFactory)
    label = factory.Sequence(lambda n: f"phone-{n}")
    token_sha256 = factory.LazyAttribute(
        lambda device: hashlib.sha256(token_of(device).encode()).hexdigest()
    )


class SessionPlanFactory(DjangoModelFactory[SessionPlan]):
    class Meta:
        model = SessionPlan

    patient = factory.SubFactory(PatientFactory)
    version = factory.Sequence(lambda n: n + 1)


class ListeningSessionFactory(DjangoModelFactory[ListeningSession]):
    class Meta:
        model = ListeningSession

    patient = factory.SubFactory(PatientFactory)
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    phone_started_at = factory.SelfAttribute("started_at")
    phone_ended_at = factory.LazyAttribute(lambda session: getattr(session, "ended_at", None))


class SessionNotHeldFactory(DjangoModelFactory[SessionNotHeld]):
    class Meta:
        model = SessionNotHeld

    patient = factory.SubFactory(PatientFactory)
    outcome = SessionNotHeld.Outcome.SKIPPED
    offered_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    phone_offered_at = factory.SelfAttribute("offered_at")
    decided_at = factory.SelfAttribute("offered_at")
    phone_decided_at = factory.SelfAttribute("decided_at")


class MoodRatingFactory(DjangoModelFactory[MoodRating]):
    class Meta:
        model = MoodRating

    patient = factory.SubFactory(PatientFactory)
    phase = MoodRating.Phase.BEFORE
    valence = 0.25
    arousal = -0.5
    rated_at = factory.LazyFunction(timezone.now)
    phone_rated_at = factory.SelfAttribute("rated_at")


class MoodSkipFactory(DjangoModelFactory[MoodSkip]):
    class Meta:
        model = MoodSkip

    patient = factory.SubFactory(PatientFactory)
    phase = MoodRating.Phase.BEFORE
    skipped_at = factory.LazyFunction(timezone.now)
    phone_skipped_at = factory.SelfAttribute("skipped_at")


class TrackRatingFactory(DjangoModelFactory[TrackRating]):
    class Meta:
        model = TrackRating

    patient = factory.SubFactory(PatientFactory)
    track = factory.SubFactory(TrackFactory)
    liking = 4
    rated_at = factory.LazyFunction(timezone.now)
    phone_rated_at = factory.SelfAttribute("rated_at")


class TrackPlayFactory(DjangoModelFactory[TrackPlay]):
    class Meta:
        model = TrackPlay

    patient = factory.SubFactory(PatientFactory)
    track = factory.SubFactory(TrackFactory)
    position = 0
    started_at = factory.LazyFunction(timezone.now)
    phone_started_at = factory.SelfAttribute("started_at")
    seconds_heard = 180.0
    ending = TrackPlay.Ending.FINISHED


class PlaylistLogFactory(DjangoModelFactory[PlaylistLog]):
    class Meta:
        model = PlaylistLog

    patient = factory.SubFactory(PatientFactory)
    model_version = 1
    package_sha256 = "9f" * 32
    seed = 7
    mood_valence = -0.5
    mood_arousal = 0.5
    target_valence = 0.5
    target_arousal = -0.5
    made_at = factory.LazyFunction(timezone.now)
    phone_made_at = factory.SelfAttribute("made_at")


class PlaylistEntryFactory(DjangoModelFactory[PlaylistEntry]):
    class Meta:
        model = PlaylistEntry

    playlist = factory.SubFactory(PlaylistLogFactory)
    position = 0
    track = factory.SubFactory(TrackFactory)
    waypoint_valence = -0.5
    waypoint_arousal = 0.5
    predicted_valence = -0.4
    predicted_arousal = 0.4
    deviation_valence = 0.2
    deviation_arousal = 0.25
    log_probability = -1.5


class MeasureResponseFactory(DjangoModelFactory[MeasureResponse]):
    class Meta:
        model = MeasureResponse

    patient = factory.SubFactory(PatientFactory)
    measure = "pain-nrs"
    version = 1
    language = "en"
    state = MeasureResponse.State.ANSWERED
    answers = factory.LazyFunction(lambda: {"pain": 4})
    scores = factory.LazyFunction(lambda: {"pain": {"value": 4, "band": None}})
    answered_at = factory.LazyFunction(timezone.now)
    phone_answered_at = factory.SelfAttribute("answered_at")


class ModelRefusalFactory(DjangoModelFactory[ModelRefusal]):
    class Meta:
        model = ModelRefusal

    patient = factory.SubFactory(PatientFactory)
    reason = ModelRefusal.Reason.WRONG_CONTENT
    version = 2
    base_sha256 = "9f" * 32
    in_use = 1
    refused_at = factory.LazyFunction(timezone.now)
    phone_refused_at = factory.SelfAttribute("refused_at")


def trial_of(patient: Patient, plan: SessionPlan, sessions: int = 2) -> Trial:
    """A trial of the plan beside the target at once, with so many sessions still to come."""
    consent = Consent.objects.create(
        patient=patient, scope="experiments", given=True, text_version="1", language="en"
    )
    trial = Trial.objects.create(
        patient=patient,
        plan=plan,
        consent=consent,
        varied="curve",
        other="direct",
        axis="arousal",
        higher_is_better=False,
        blocks=1,
        each=max(1, sessions // 2),
        seed=1,
    )
    for position in range(sessions):
        arm = "ab"[position % 2]
        Assignment.objects.create(trial=trial, position=position, block=0, arm=arm)
    return trial
