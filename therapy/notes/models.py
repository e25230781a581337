"""Progress notes."""

from typing import ClassVar

from django.db import models

from therapy.append_only import AdditionsOfPatients, AppendOnly
from therapy.encryption import EncryptedJSONField
from therapy.fields import one_of
from therapy.notes.formats import FORMATS, NoteFormat
from therapy.people.models import Patient, User
from therapy.sessions.models import ListeningSession


class ProgressNote(AppendOnly):
    """What a clinician wrote about a patient. It is never changed: a mistake is put right by a note
    that stands in its place, and both can be read."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="progress_notes")
    session = models.ForeignKey(
        ListeningSession,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The session that it is about; empty: about care as a whole.",
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="corrected_by"
    )
    format = models.CharField(max_length=4, choices=[(key, key) for key in FORMATS])
    sections = EncryptedJSONField(help_text="Text by section.")
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = AdditionsOfPatients["ProgressNote"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"])]
        constraints = [one_of("format", *FORMATS, constraint="note_format_known")]

    def __str__(self) -> str:
        return f"Note on {self.patient}, {self.written_at:%Y-%m-%d %H:%M}"

    @property
    def layout(self) -> NoteFormat:
        return FORMATS[self.format]

    @property
    def titled(self) -> list[tuple[str, str]]:
        """The sections that say something, each (title, text), in their order."""
        return [
            (section.title, text)
            for section in self.layout.sections
            if (text := self.sections.get(section.key))
        ]
