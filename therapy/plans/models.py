"""Session plans: what a therapist prescribes, and whether it is in force."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients
from therapy.append_only import AdditionsOfPatients, AppendOnly
from therapy.encryption import EncryptedTextField
from therapy.fields import Record, one_of, within
from therapy.people.models import Patient, User
from therapy.plans.goals import attainment
from therapy.plans.sections import dose, music, safety, target
from therapy.plans.sections.clinical import Clinical

FEWEST_TRACKS, MOST_TRACKS = target.FEWEST_TRACKS, target.MOST_TRACKS

BOUNDS = target.BOUNDS | music.BOUNDS | dose.BOUNDS
"""The lowest and highest of every number in a plan; empty where the column may be."""


class SessionPlan(Clinical, target.Target, music.Music, dose.Dose, safety.Safety, Record):
    """A prescription of listening, one version of it.

    A version is never edited: a change is the next version, so that every session can show the
    plan that it was made under. The current plan is the one with the highest version.
    """

    Curve = target.Curve
    LyricsRule = music.LyricsRule

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="plans")
    version = models.PositiveIntegerField()
    template = models.SlugField(
        max_length=40, blank=True, help_text="What it was begun from; empty: from nothing."
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["SessionPlan"]()

    class Meta:
        ordering = ["patient_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="plan_version_once"),
            *(
                within(name, low, high, constraint=f"plan_{name}_in_range")
                for name, (low, high) in BOUNDS.items()
            ),
            *target.CONSTRAINTS,
            *music.CONSTRAINTS,
            *dose.CONSTRAINTS,
            *safety.CONSTRAINTS,
        ]

    def __str__(self) -> str:
        return f"Plan of {self.patient}, version {self.version}"


class Standing(models.TextChoices):
    """Whether a patient listens by their plan."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class PlanStanding(AppendOnly):
    """That listening was paused, taken up again or ended. The newest row stands; none is active."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="plan_standings")
    standing = models.CharField(max_length=6, choices=Standing.choices)
    reason = EncryptedTextField(blank=True)
    set_at = models.DateTimeField(auto_now_add=True)
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar = AdditionsOfPatients["PlanStanding"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "pauses and ends of the plan"
        constraints = [one_of("standing", *Standing.values, constraint="plan_standing_known")]

    def __str__(self) -> str:
        return f"{self.patient}: {self.standing}"


class GoalReview(AppendOnly):
    """How far a plan's goals were attained, as the therapist judged it with the patient."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="goal_reviews")
    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="goal_reviews")
    reviewed_on = models.DateField()
    levels = models.JSONField(help_text="−2 .. 2 for each of the plan's goals; null: not judged.")
    recorded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = AdditionsOfPatients["GoalReview"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-reviewed_on", "-id"]
        indexes = [models.Index(fields=["patient", "-reviewed_on"])]

    def __str__(self) -> str:
        return f"Goals of {self.patient} on {self.reviewed_on}"

    @property
    def score(self) -> float | None:
        """The T-score of the goals that were judged (goals.py), or None where none was."""
        judged = [
            (level, goal["weight"])
            for level, goal in zip(self.levels, self.plan.goals, strict=True)
            if level is not None
        ]
        return attainment(*zip(*judged, strict=True)) if judged else None
