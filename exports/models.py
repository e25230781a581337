"""What is delivered: converted bases, the keys that sign, and each patient's signed model."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from adaptation.models import BaseModel, PatientModel
from therapy.access.walls import OfPatients
from therapy.fields import Record, one_of
from therapy.models import Patient, User


class SigningKey(models.Model):
    """The public half of a key that signs what is delivered. The private half is a file
    (exports/keyring.py), never a row."""

    key_id = models.CharField(
        primary_key=True, max_length=16, help_text="First 8 bytes of the public key's SHA-256."
    )
    public_key = models.BinaryField(help_text="Ed25519, 32 bytes.")
    endorsement = models.BinaryField(
        null=True, help_text="This key, signed by the one before; none for the first."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, help_text="From when on it signs no more.")
    honoured_until = models.DateTimeField(
        null=True, help_text="Until when what it signed is accepted; empty while it signs."
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(retired_at=None), name="one_key_signs"
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None, honoured_until=None)
                | Q(retired_at__isnull=False, honoured_until__isnull=False),
                name="retired_key_is_honoured_until",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class Graph(Record):
    """One graph of a base, converted once for every patient who uses the base."""

    base = models.ForeignKey(BaseModel, on_delete=models.CASCADE, related_name="graphs")
    name = models.CharField(max_length=40, help_text="adapt or playlist")
    format = models.CharField(max_length=20, help_text="onnx, coreml-float32 or coreml-float16")
    file = models.FileField(upload_to="graphs/")
    sha256 = models.CharField(max_length=64)
    parity = models.JSONField(help_text="Largest deviation from PyTorch, and the tolerance.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "name", "format"], name="graph_once_per_base"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.base} as {self.format}"


class Template(Record):
    """The playlist graph of a base, waiting for a patient's vector (exports/baking.py)."""

    base = models.ForeignKey(BaseModel, on_delete=models.CASCADE, related_name="templates")
    kind = models.CharField(max_length=10, help_text="onnx or coreml")
    file = models.FileField(upload_to="templates/")
    sha256 = models.CharField(max_length=64)
    places = models.JSONField(help_text="Which bytes are the vector, and which their checksum.")
    parity = models.JSONField(help_text="Largest deviation from PyTorch, and the tolerance.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "kind"], name="template_once_per_base"),
            one_of("kind", "onnx", "coreml", constraint="template_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} template of {self.base}"


class Bundle(Record):
    """A base as phones fetch it, once for all its patients: one archive, named by its digest."""

    base = models.ForeignKey(BaseModel, on_delete=models.CASCADE, related_name="bundles")
    kind = models.CharField(max_length=20, help_text="onnx, coreml or coreml-float16")
    file = models.FileField(upload_to="bundles/")
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    statement = models.BinaryField(help_text="Signed: which base it is, its size and digest.")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "kind"], name="bundle_once_per_base"),
            one_of("kind", "onnx", "coreml", "coreml-float16", constraint="bundle_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.base} as {self.kind}"


class ModelPackage(Record):
    """A patient's model, signed, for delivery: the record that goes with a base, and what is said
    of the two files that need no base. All of a version are made together."""

    class Kind(models.TextChoices):
        RECORD = "record"
        ONNX = "onnx"
        COREML = "coreml"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="packages")
    patient_model = models.ForeignKey(
        PatientModel, on_delete=models.CASCADE, related_name="packages"
    )
    version = models.PositiveIntegerField(
        help_text="Rises with every record of the patient, whichever model it holds."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    signed = models.BinaryField(
        help_text="The record itself, or the signed statement of the file's size and digest; a "
        "file is made anew from the template whenever it is asked for."
    )
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    learns = models.BooleanField(help_text="Whether the phone may adapt it: not while it is held.")
    parity = models.JSONField(
        default=dict, help_text="Deviation from PyTorch with this vector, where it was measured."
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects: ClassVar = OfPatients["ModelPackage"]()

    class Meta:
        ordering = ["patient_id", "-version", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "version", "kind"], name="package_once_per_version"
            ),
            one_of("kind", "record", "onnx", "coreml", constraint="package_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} package {self.version} of {self.patient}"


class Hold(Record):
    """A therapist's word that a patient keeps one model, whatever is learned meanwhile."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="holds")
    patient_model = models.ForeignKey(
        PatientModel, on_delete=models.RESTRICT, related_name="holds", help_text="What they keep."
    )
    reason = models.CharField(max_length=300, blank=True)
    held_at = models.DateTimeField(auto_now_add=True)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar = OfPatients["Hold"]()

    class Meta:
        ordering = ["-held_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(ended_at=None), name="one_hold_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} held at model {self.patient_model.version}"
