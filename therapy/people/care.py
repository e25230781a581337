"""What follows when a patient takes back the consent to care: nothing is delivered to the phone,
and nothing new is stored of what it sends."""

from therapy.people.models import Patient
from therapy.people.selectors import has_ended_care


class CareEnded(Exception):
    """The patient took back, or refused, the consent to care."""

    def __init__(self) -> None:
        super().__init__(
            "The consent to care was taken back: nothing is delivered to the phone or stored any "
            "more, and it may delete what it holds. Your therapist can tell you more."
        )


def refuse_after_care(patient: Patient) -> None:
    """Raise CareEnded if the patient's consent to care was taken back; never asked is no reason."""
    if has_ended_care(patient):
        raise CareEnded
