"""What could make listening unsafe for this patient, and who is told."""

from typing import Any

from django.db import models

from therapy.encryption import EncryptedTextField
from therapy.fields import one_of
from therapy.records import Problems, text_problems

LONGEST_TEXT = 2000
SCREENED = (
    "epilepsy",
    "hyperacusis_or_tinnitus",
    "musical_hallucination",
    "trauma_associations",
    "hearing_aid",
    "drives",
)


class Screened(models.TextChoices):
    """What is known of a risk. Not having asked is not the same as no."""

    NOT_ASKED = "not asked"
    NO = "no"
    YES = "yes"


def _screening(help_text: str) -> Any:
    return models.CharField(
        max_length=9, choices=Screened.choices, default=Screened.NOT_ASKED, help_text=help_text
    )


class Safety(models.Model):
    epilepsy = _screening("Seizures, in particular musicogenic ones.")
    hyperacusis_or_tinnitus = _screening("Pain or ringing from sound.")
    musical_hallucination = _screening("Hears music that nobody plays.")
    trauma_associations = _screening("Music that is tied to a trauma; name it under triggers.")
    hearing_aid = _screening("Headphones may feed back; tempo and loudness are heard otherwise.")
    drives = _screening("Calming music is not for the road.")
    crisis_plan = EncryptedTextField(blank=True)
    escalation_contact = EncryptedTextField(blank=True, help_text="Who is told of a crisis.")

    class Meta:
        abstract = True


CONSTRAINTS = [one_of(name, *Screened.values, constraint=f"plan_{name}_known") for name in SCREENED]


def problems_of_safety(plan: Any) -> Problems:
    """What is wrong with the section, by field."""
    return text_problems(plan, ("crisis_plan", "escalation_contact"), LONGEST_TEXT)
