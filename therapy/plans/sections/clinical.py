"""Why the patient listens, to what end, and when the plan is looked at again."""

from typing import Any

from django.db import models

from therapy.encryption import EncryptedJSONField, EncryptedTextField
from therapy.people.models import Membership
from therapy.plans.goals import goal_problems
from therapy.records import Problems, text_problems

LONGEST_TEXT = 4000


class Clinical(models.Model):
    """Free text is about a person, so it is encrypted."""

    indication = EncryptedTextField(blank=True, help_text="What the listening is prescribed for.")
    rationale = EncryptedTextField(blank=True, help_text="Why music, and why this music.")
    goals = EncryptedJSONField(
        default=list,
        blank=True,
        help_text="Goal attainment scaling: {goal, weight, levels}; five levels, from much less "
        "than expected (−2) over expected (0) to much more (+2).",
    )
    therapist = models.ForeignKey(
        Membership,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who is responsible for the plan.",
    )
    review_on = models.DateField(null=True, blank=True, help_text="When to look at it again.")
    stop_criteria = EncryptedTextField(blank=True, help_text="What would end the listening.")

    class Meta:
        abstract = True


def problems_of_clinical(plan: Any) -> Problems:
    """What is wrong with the section, by field."""
    problems = text_problems(plan, ("indication", "rationale", "stop_criteria"), LONGEST_TEXT)
    problems |= goal_problems(plan.goals)
    if plan.therapist is not None and plan.therapist.clinic_id != plan.patient.clinic_id:
        problems["therapist"] = [f"{plan.therapist.user} does not work at {plan.patient.clinic}."]
    return problems
