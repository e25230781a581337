"""Every record of the clinical domain, gathered where Django looks for them."""

from therapy.catalogue.models import Catalogue, FeatureSchema, Track, TrackFeatures
from therapy.people.models import Clinic, Consent, Device, Membership, Patient, User
from therapy.people.pairing_models import PairingCode, PairingTry
from therapy.plans.models import SessionPlan
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    TrackRating,
)

__all__ = [
    "Catalogue",
    "Clinic",
    "Consent",
    "Device",
    "FeatureSchema",
    "ListeningSession",
    "Membership",
    "MoodRating",
    "PairingCode",
    "PairingTry",
    "Patient",
    "PlaylistEntry",
    "PlaylistLog",
    "SessionPlan",
    "Track",
    "TrackFeatures",
    "TrackRating",
    "User",
]
