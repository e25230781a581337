"""What is delivered: converted bases, and the packages made for patients."""

from django.db import models

from adaptation.models import BaseModel, PatientModel
from therapy.fields import Record


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


class ModelPackage(Record):
    """One file that a phone fetches: the base's graphs, the patient's vector, and a manifest."""

    class Kind(models.TextChoices):
        ONNX = "onnx"
        COREML = "coreml"

    patient_model = models.ForeignKey(
        PatientModel, on_delete=models.CASCADE, related_name="packages"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.FileField(upload_to="packages/")
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    parity = models.JSONField(help_text="Largest deviation from PyTorch for this patient.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient_model", "kind"], name="package_once_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["onnx", "coreml"]), name="package_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} package of {self.patient_model}"
