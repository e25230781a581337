"""The job ledger's record."""

import uuid

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A piece of work that was asked for, in the same transaction as the change that asked.

    The row is the truth and the broker only a bell: a message may be lost, doubled or late.
    `key` names what the work is about; at most one job of a key waits and at most one runs.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        SUPERSEDED = "superseded"  # a newer job of the same key does the work

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60, help_text="Name of the Celery task that does it.")
    key = models.CharField(max_length=200)
    arguments = models.JSONField(
        default=dict, help_text="Ids only: no content leaves the database."
    )
    clinic_id = models.UUIDField(
        null=True,
        help_text="Whose work it is; empty: the installation's. No foreign key.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    run_after = models.DateTimeField(help_text="Not to be started earlier.")
    sent_at = models.DateTimeField(null=True, help_text="Last time the broker was told.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(
        null=True, help_text="Whose run it is; a stale run cannot finish it."
    )
    lease_until = models.DateTimeField(null=True)
    progress = models.FloatField(default=0.0, help_text="Share done, 0..1.")
    note = models.CharField(max_length=200, blank=True, help_text="What it is doing, in words.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="queued"), name="job_one_queued_per_key"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="running"), name="job_one_running_per_key"
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1), name="job_progress_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False, lease_token__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True, lease_token__isnull=True)),
                name="job_lease_while_running",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "run_after"]),
            models.Index(fields=["key", "-created_at"]),
            models.Index(fields=["clinic_id", "state", "-created_at"], name="job_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} [{self.state}] {self.key}"
