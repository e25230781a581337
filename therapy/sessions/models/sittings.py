"""Listening sessions, and those that the plan offered and that were not held."""

from django.db import models
from django.db.models import F, Q

from therapy.fields import one_of
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.sessions.models.reports import Report, instant_as_said
from therapy.trials.models import Assignment


class ListeningSession(Report):
    """One sitting: mood, playlist, mood.

    Its end may come later than itself. Phones that do not say how a session ended leave `ending`
    empty.
    """

    class Ending(models.TextChoices):
        COMPLETED = "completed"
        STOPPED = "stopped"

    class StopReason(models.TextChoices):
        """Words to choose from, and no free text: what a patient writes may name people."""

        FELT_WORSE = "felt-worse"
        DISLIKED_MUSIC = "disliked-music"
        INTERRUPTED = "interrupted"
        TIRED = "tired"
        TECHNICAL = "technical"
        OTHER = "other"

    INSTANTS = ("started_at", "ended_at")
    CONTENT = ("plan", "assignment")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sessions")
    plan = models.ForeignKey(
        SessionPlan, on_delete=models.PROTECT, null=True, related_name="sessions"
    )
    assignment = models.ForeignKey(
        Assignment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        help_text="What chance had assigned it, in a trial. Of several that say so, as two phones "
        "without a network may, the first counts.",
    )
    started_at = models.DateTimeField()
    phone_started_at = instant_as_said()
    ended_at = models.DateTimeField(null=True, blank=True)
    phone_ended_at = instant_as_said(null=True, blank=True)
    end_clock_offset = models.FloatField(
        null=True, help_text="As `clock_offset`, when the end was sent."
    )
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    stop_reason = models.CharField(max_length=20, choices=StopReason.choices, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["patient", "-started_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="session_ends_after_its_start",
            ),
            one_of("ending", "", "completed", "stopped", constraint="session_ending_known"),
            one_of(
                "stop_reason",
                *("", "felt-worse", "disliked-music", "interrupted"),
                *("tired", "technical", "other"),
                constraint="session_stop_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(ending="") | Q(ended_at__isnull=False),
                name="session_ending_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(stop_reason="") | Q(ending="stopped"),
                name="session_reason_is_of_a_stop",
            ),
        ]

    def __str__(self) -> str:
        return f"Session of {self.patient} at {self.started_at:%Y-%m-%d %H:%M}"


class SessionNotHeld(Report):
    """A session that the phone offered and that did not begin: skipped where the patient said no,
    expired where nothing was said until its time ran out.

    Neither is a missed session. That is an absence, which no phone reports: nobody knows whether it
    was offered.
    """

    class Outcome(models.TextChoices):
        SKIPPED = "skipped"
        EXPIRED = "expired"

    class SkipReason(models.TextChoices):
        FEELING_UNWELL = "feeling-unwell"
        NO_TIME = "no-time"
        NOT_IN_THE_MOOD = "not-in-the-mood"
        TIRED = "tired"
        TECHNICAL = "technical"
        OTHER = "other"

    INSTANTS = ("offered_at", "decided_at")
    CONTENT = ("plan", "outcome", "skip_reason")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sessions_not_held")
    plan = models.ForeignKey(
        SessionPlan, on_delete=models.PROTECT, null=True, related_name="sessions_not_held"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    skip_reason = models.CharField(max_length=20, choices=SkipReason.choices, blank=True)
    offered_at = models.DateTimeField()
    phone_offered_at = instant_as_said()
    decided_at = models.DateTimeField(help_text="When the patient said no, or the time ran out.")
    phone_decided_at = instant_as_said()

    class Meta:
        ordering = ["-offered_at"]
        verbose_name_plural = "sessions not held"
        indexes = [models.Index(fields=["patient", "-offered_at"])]
        constraints = [
            one_of("outcome", "skipped", "expired", constraint="not_held_outcome_known"),
            one_of(
                "skip_reason",
                *("", "feeling-unwell", "no-time", "not-in-the-mood"),
                *("tired", "technical", "other"),
                constraint="not_held_skip_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(skip_reason="") | Q(outcome="skipped"),
                name="not_held_reason_is_of_a_skip",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__gte=F("offered_at")),
                name="not_held_decided_after_its_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} session of {self.patient}, offered {self.offered_at:%Y-%m-%d %H:%M}"
