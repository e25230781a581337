"""Trials in one patient, what chance assigned in them, and what was decided."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from therapy.access.walls import OfPatients
from therapy.append_only import AdditionsOfPatients, AppendOnly
from therapy.encryption import EncryptedTextField
from therapy.fields import Record, one_of, within
from therapy.people.models import Consent, Patient, User
from therapy.plans.models import SessionPlan

MOST_BLOCKS, MOST_EACH = 30, 6


class Varied(models.TextChoices):
    """What the arms may differ in: the way to the target, and nothing that keeps a patient safe."""

    CURVE = "curve"
    START_FACTOR = "start_factor"
    TRACK_COUNT = "track_count"


class Axis(models.TextChoices):
    VALENCE = "valence"
    AROUSAL = "arousal"


class Arm(models.TextChoices):
    A = "a"
    B = "b"


class Trial(Record):
    """Arm A is the plan as it was when the trial began; arm B the same with one field different.

    Never changed once begun. When it is over follows from what came after it (selectors.py).
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="trials")
    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, related_name="+", help_text="On which it began."
    )
    varied = models.CharField(max_length=12, choices=Varied.choices)
    other = models.JSONField(help_text="Its value in arm B; arm A has the plan's.")
    axis = models.CharField(
        max_length=7, choices=Axis.choices, help_text="Of the mood after the music, the outcome."
    )
    higher_is_better = models.BooleanField()
    blocks = models.PositiveSmallIntegerField()
    each = models.PositiveSmallIntegerField(help_text="Sessions of each arm in a block.")
    seed = models.BigIntegerField(help_text="With which the order was drawn.")
    begun_at = models.DateTimeField(auto_now_add=True)
    begun_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar = OfPatients["Trial"]()

    class Meta:
        ordering = ["-begun_at", "-id"]
        indexes = [models.Index(fields=["patient", "-begun_at"])]
        constraints = [
            one_of("varied", *Varied.values, constraint="trial_varied_known"),
            one_of("axis", *Axis.values, constraint="trial_axis_known"),
            within("blocks", 1, MOST_BLOCKS, constraint="trial_blocks_in_range"),
            within("each", 1, MOST_EACH, constraint="trial_each_in_range"),
        ]

    def __str__(self) -> str:
        return f"Trial of {self.patient}, begun {self.begun_at:%Y-%m-%d}"

    @property
    def planned(self) -> int:
        """Sessions of both arms."""
        return 2 * self.each * self.blocks


class OfTrials(OfPatients["Assignment"]):
    path = "trial__patient__clinic"


class Assignment(Record):
    """Which arm the session at this place of a trial follows. Drawn when the trial begins, and
    never again; the session that follows it names it."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    block = models.PositiveSmallIntegerField()
    arm = models.CharField(max_length=1, choices=Arm.choices)

    objects: ClassVar = OfTrials()

    class Meta:
        ordering = ["trial_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "position"], name="assignment_position_once"),
            one_of("arm", *Arm.values, constraint="assignment_arm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. of {self.trial}"  # and not which arm: it is shown at the end


class TrialDecision(AppendOnly):
    """That a trial was stopped, or what was decided once it was over."""

    class Kind(models.TextChoices):
        STOPPED = "stopped"
        DECIDED = "decided"

    class Choice(models.TextChoices):
        A = "a"
        B = "b"
        NEITHER = "neither"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="trial_decisions")
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    choice = models.CharField(max_length=7, choices=Choice.choices, blank=True)
    words = EncryptedTextField(blank=True)
    estimate = models.JSONField(
        null=True, help_text="As it stood when it was decided; empty: nothing could be told."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar = AdditionsOfPatients["TrialDecision"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "kind"],
                name="trial_stopped_and_decided_once",
                violation_error_message="Somebody has written that down already.",
            ),
            models.CheckConstraint(
                condition=Q(kind="stopped", choice="")
                | Q(kind="decided", choice__in=["a", "b", "neither"]),
                name="trial_choice_where_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial}: {self.kind}"
