"""What this app adds to a patient's timeline: that a model was held, and let go."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from exports.models import Hold
from therapy.access.acts import Act
from therapy.models import Patient
from therapy.pages.timeline.sources import Event, Span, by


class Holds:
    key, title, act = "holds", "Model held", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        within = Q(**span.of("held_at")) | Q(**span.of("ended_at"))
        holds = Hold.objects.filter(within, patient=patient)
        address = reverse("packages", args=[patient.id])
        for hold in holds.select_related("patient_model", "held_by", "ended_by"):
            version = hold.patient_model.version
            if span.holds(hold.held_at):
                says = f"Model version {version} was held{by(hold.held_by)}"
                yield Event(hold.held_at, says, hold.reason, address)
            if hold.ended_at is not None and span.holds(hold.ended_at):
                says = f"Model version {version} was let go{by(hold.ended_by)}"
                yield Event(hold.ended_at, says, "", address)
