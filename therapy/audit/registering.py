"""Which records are logged when they are written: all of ours, but for those that say why not."""

from collections.abc import Iterator, Mapping

from auditlog.registry import auditlog
from django.apps import apps
from django.db import models

OURS = ("therapy", "adaptation", "exports", "worker")
ALSO = ("mfa.Authenticator",)  # second factors decide who gets in

DERIVED = "Follows from rows that are logged themselves."
MUSIC = "Music and what describes it: no patient's, and no clinic's alone."
BASES = "What was learned across listeners: no patient's."
NOT_LOGGED: Mapping[str, str] = {
    "therapy.Catalogue": MUSIC,
    "therapy.FeatureSchema": MUSIC,
    "therapy.Track": MUSIC,
    "therapy.TrackFeatures": MUSIC,
    "therapy.TrackSound": MUSIC,
    "therapy.PlaylistEntry": "Written with its playlist, and never after.",
    "therapy.Assignment": "Written with its trial, and never after.",
    "adaptation.BaseModel": BASES,
    "adaptation.TrackPlace": BASES,
    "exports.Graph": BASES,
    "exports.Template": BASES,
    "exports.Bundle": BASES,
    "exports.SigningKey": "The installation's; its rows are kept for good.",
    "therapy.UploadedFile": "Written with its upload; what became of it is a track.",
    "worker.Job": "A log itself.",
    "therapy.PairingTry": "A failed try of nobody known; gone after a quarter of an hour.",
    "therapy.ReminderWatch": "One row of the installation's, written every minute.",
    "therapy.CallCount": "How often somebody called, whom nobody can tell.",
    "adaptation.BenefitMeasurement": DERIVED,
    "therapy.LastReport": DERIVED,
    "therapy.ListeningMonth": DERIVED,
    "therapy.MeasureMonth": DERIVED,
    "therapy.MoodMonth": DERIVED,
    "therapy.OutcomeSummary": DERIVED,
    "therapy.WriteLog": "A log itself.",
    "therapy.AccessLog": "A log itself.",
}
NO_NEWS: Mapping[str, frozenset[str]] = {
    "therapy.Device": frozenset({"last_seen_at"}),
    "therapy.ReminderDelivery": frozenset(
        {"outcome", "cause", "reached", "attempts", "retry_at", "claimed_at", "settled_at"}
    ),
    "therapy.User": frozenset({"last_login"}),
    "mfa.Authenticator": frozenset({"last_used_at"}),
}
"""Fields whose change alone is no entry."""

RELATIONS_TO_MANY: Mapping[str, frozenset[str]] = {"therapy.Clinic": frozenset({"catalogues"})}
"""Those that are changed after the row was made."""


def logged_models() -> Iterator[type[models.Model]]:
    """Every model whose writes are logged."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            if model._meta.label not in NOT_LOGGED:
                yield model
    yield from map(apps.get_model, ALSO)


def register() -> None:
    """Have auditlog tell of their writes. Fields are compared and named, encrypted ones too, since
    else a change of nothing but a text would not be logged at all; the log keeps no values
    (`therapy.audit.models`). Bytes are left out: auditlog reads them as UTF-8."""
    for model in logged_models():
        label = model._meta.label
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.BinaryField)]
        auditlog.register(
            model,
            include_fields=[f.name for f in fields if f.name not in NO_NEWS.get(label, ())],
            m2m_fields=set(RELATIONS_TO_MANY.get(label, ())),
        )
