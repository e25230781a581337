"""Every record of the clinical domain, gathered where Django looks for them."""

from therapy.api.models import CallCount, KeptAnswer
from therapy.audit.models import AccessLog, WriteLog
from therapy.catalogue.edit_models import CatalogueEdit
from therapy.catalogue.models import (
    Catalogue,
    FeatureSchema,
    Track,
    TrackFeatures,
    TrackSound,
)
from therapy.catalogue.upload_models import Upload, UploadedFile
from therapy.interchange.models import TablesExport
from therapy.notes.models import ProgressNote
from therapy.outcomes.models import ListeningMonth, MeasureMonth, MoodMonth, OutcomeSummary
from therapy.people.invitation_models import Invitation
from therapy.people.models import Clinic, Consent, Device, Membership, Patient, User
from therapy.people.pairing_models import PairingCode, PairingTry
from therapy.plans.models import GoalReview, PlanStanding, SessionPlan
from therapy.reminders.models import (
    PushSubscription,
    ReminderDelivery,
    ReminderEmail,
    ReminderRule,
    ReminderWatch,
)
from therapy.rights.models import DataExport, Erasure
from therapy.safety.models import SafetyFlag
from therapy.sessions.models import (
    LastReport,
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)
from therapy.trials.models import Assignment, Trial, TrialDecision

__all__ = [
    "AccessLog",
    "Assignment",
    "CallCount",
    "Catalogue",
    "CatalogueEdit",
    "Clinic",
    "Consent",
    "DataExport",
    "Device",
    "Erasure",
    "FeatureSchema",
    "GoalReview",
    "Invitation",
    "KeptAnswer",
    "LastReport",
    "ListeningMonth",
    "ListeningSession",
    "MeasureMonth",
    "MeasureResponse",
    "Membership",
    "ModelRefusal",
    "MoodMonth",
    "MoodRating",
    "MoodSkip",
    "OutcomeSummary",
    "PairingCode",
    "PairingTry",
    "Patient",
    "PlanStanding",
    "PlaylistEntry",
    "PlaylistLog",
    "ProgressNote",
    "PushSubscription",
    "ReminderDelivery",
    "ReminderEmail",
    "ReminderRule",
    "ReminderWatch",
    "SafetyFlag",
    "SessionNotHeld",
    "SessionPlan",
    "TablesExport",
    "Track",
    "TrackFeatures",
    "TrackPlay",
    "TrackRating",
    "TrackSound",
    "Trial",
    "TrialDecision",
    "Upload",
    "UploadedFile",
    "User",
    "WriteLog",
]
