"""Listening sessions."""

from django.db import models
from django.db.models import Q

from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.sessions.models.reports import Report


class ListeningSession(Report):
    """One sitting: mood, playlist, mood."""

    INSTANTS = ("started_at", "ended_at")
    CONTENT = ("plan", "started_at")  # the end may come later than the session

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sessions")
    plan = models.ForeignKey(
        SessionPlan, on_delete=models.PROTECT, null=True, related_name="sessions"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["patient", "-started_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="session_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"Session of {self.patient} at {self.started_at:%Y-%m-%d %H:%M}"
