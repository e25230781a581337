"""Base models, whose ratings they were trained on, and the patient models adapted from them."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients, WithinClinics
from therapy.fields import Record, affect_field
from therapy.models import Clinic, Consent, FeatureSchema, Patient, Track


class BaseModel(Record):
    """A released base: what was learned across listeners, before anyone's own ratings."""

    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    learner = models.CharField(
        max_length=40, help_text="Name of the learner in adaptation.learning."
    )
    schema = models.ForeignKey(FeatureSchema, on_delete=models.PROTECT, related_name="bases")
    trained_on = models.CharField(max_length=300, help_text="Which listeners, in words.")
    simulated = models.BooleanField(help_text="Trained on simulated listeners only.")
    seed = models.BigIntegerField()
    weights = models.FileField(upload_to="bases/")
    weights_sha256 = models.CharField(max_length=64)
    vector_size = models.PositiveSmallIntegerField(help_text="D, numbers in a patient vector")
    metrics = models.JSONField(default=dict, help_text="What was measured when it was trained.")
    erased_members = models.PositiveIntegerField(
        default=0, help_text="Patients whom it was trained on and who were erased since."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="base_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class TrainingMembership(models.Model):
    """A patient was one of those whom a base was trained and measured on, and had consented."""

    base = models.ForeignKey(BaseModel, on_delete=models.PROTECT, related_name="members")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="trainings")
    ratings_used = models.PositiveIntegerField(help_text="Rated tracks of theirs.")
    consent = models.ForeignKey(
        Consent,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="To pooled learning, as it stood then.",
    )

    objects: ClassVar = OfPatients["TrainingMembership"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "patient"], name="patient_once_per_base"),
        ]

    def __str__(self) -> str:
        return f"{self.patient} in {self.base}"


class BenefitMeasurement(models.Model):
    """Whether adapting helps at a clinic, as it was measured last (adaptation/benefits.py)."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=10, choices=Patient.Origin.choices)
    base = models.ForeignKey(BaseModel, on_delete=models.CASCADE, related_name="+")
    measured_at = models.DateTimeField()
    benefits = models.JSONField(
        help_text="adaptation.learning.benefit.Benefit by outcome and ratings."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why there are none, in words.")

    objects: ClassVar = WithinClinics["BenefitMeasurement"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "origin"], name="benefit_once_a_clinic_and_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"Benefit of {self.base} at {self.clinic}, {self.origin}"


class TrackPlace(models.Model):
    """The mood that a base expects after a track, of whom it knows nothing and who was in a neutral
    mood (adaptation/places.py)."""

    base = models.ForeignKey(BaseModel, on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    valence = affect_field("Expected valence after the track")
    arousal = affect_field("Expected arousal after the track")
    valence_spread = models.FloatField(help_text="One standard deviation of one person's answer.")
    arousal_spread = models.FloatField(help_text="One standard deviation of one person's answer.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "track"], name="track_placed_once_by_a_base"),
        ]

    def __str__(self) -> str:
        return f"{self.track} by {self.base}"


class PatientModel(Record):
    """A base adapted to one patient: a vector, and which ratings it was made from."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="models")
    base = models.ForeignKey(BaseModel, on_delete=models.PROTECT, related_name="patient_models")
    version = models.PositiveIntegerField(help_text="Rises by one with every adaptation.")
    vector = models.BinaryField(help_text="D float32 numbers, little-endian")
    support_digest = models.CharField(max_length=64, help_text="SHA-256 of the support set.")
    support_count = models.PositiveIntegerField(help_text="Rated tracks in the support set.")
    oldest_rating_at = models.DateTimeField(null=True)
    newest_rating_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["PatientModel"]()

    class Meta:
        ordering = ["patient_id", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "version"], name="patient_model_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Model of {self.patient}, version {self.version}"
