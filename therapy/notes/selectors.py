"""The only reader of progress notes."""

from django.db.models import QuerySet

from therapy.notes.models import ProgressNote
from therapy.people.models import Patient


def notes_of(patient: Patient) -> QuerySet[ProgressNote]:
    """Every note, the newest first, those that were corrected too."""
    notes = ProgressNote.objects.filter(patient=patient)
    return notes.select_related("written_by", "session", "corrected_by")


def standing_notes_of(patient: Patient) -> QuerySet[ProgressNote]:
    """Those that stand, the newest first: nobody corrected them."""
    return notes_of(patient).filter(corrected_by=None)
