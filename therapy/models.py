"""Every record of the clinical domain, gathered where Django looks for them."""

from therapy.audit.models import AccessLog, WriteLog
from therapy.catalogue.models import Catalogue, FeatureSchema, Track, TrackFeatures
from therapy.interchange.models import TablesExport
from therapy.people.invitation_models import Invitation
from therapy.people.models import Clinic, Consent, Device, Membership, Patient, User
from therapy.people.pairing_models import PairingCode, PairingTry
from therapy.plans.models import PlanStanding, SessionPlan
from therapy.rights.models import DataExport, Erasure
from therapy.safety.models import SafetyFlag
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)

__all__ = [
    "AccessLog",
    "Catalogue",
    "Clinic",
    "Consent",
    "DataExport",
    "Device",
    "Erasure",
    "FeatureSchema",
    "Invitation",
    "ListeningSession",
    "MeasureResponse",
    "Membership",
    "MoodRating",
    "PairingCode",
    "PairingTry",
    "Patient",
    "PlanStanding",
    "PlaylistEntry",
    "PlaylistLog",
    "SafetyFlag",
    "SessionNotHeld",
    "SessionPlan",
    "TablesExport",
    "Track",
    "TrackFeatures",
    "TrackPlay",
    "TrackRating",
    "User",
    "WriteLog",
]
