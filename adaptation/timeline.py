"""What this app adds to a patient's timeline: versions of their model."""

from collections.abc import Iterator

from adaptation.models import PatientModel
from therapy.access.acts import Act
from therapy.models import Patient
from therapy.pages.timeline.sources import Event, Span


class ModelVersions:
    key, title, act = "models", "Model", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        models = PatientModel.objects.filter(patient=patient, **span.of("created_at"))
        for model in models.defer("vector").select_related("base"):
            simulated = ", which learned from simulated listeners" if model.base.simulated else ""
            yield Event(
                at=model.created_at,
                says=f"The model was adapted: version {model.version}",
                note=f"rated tracks in it: {model.support_count}; base {model.base}{simulated}",
                address="#model",
            )
