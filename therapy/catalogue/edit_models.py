"""Changes that staff made to what is said of tracks, kept so that they can be undone."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import WithinClinics
from therapy.fields import Record
from therapy.people.models import Clinic, User


class CatalogueEdit(Record):
    """One change of many tracks, with what each said before."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="catalogue_edits")
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changes = models.JSONField(help_text="By track: field → [before, after].")
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar = WithinClinics["CatalogueEdit"]()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Edit of {len(self.changes)} tracks, {self.made_at:%Y-%m-%d %H:%M}"
