"""Tables of a clinic that were asked for on the page."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import WithinClinics
from therapy.archives import StoredArchive
from therapy.fields import one_of
from therapy.people.models import Clinic


class TablesExport(StoredArchive):
    """One archive with a clinic's tables. It goes when a patient of the clinic is erased."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="tables_exports")
    form = models.CharField(max_length=7, choices=[("csv", "CSV"), ("parquet", "Parquet")])
    pseudonymous = models.BooleanField(help_text="Without the patients' codes and the rows' ids.")
    since = models.DateTimeField(null=True, help_text="Empty: from the beginning.")
    until = models.DateTimeField(null=True, help_text="Until before it; empty: to the end.")

    objects: ClassVar = WithinClinics["TablesExport"]()

    class Meta(StoredArchive.Meta):
        verbose_name_plural = "tables of a clinic"
        constraints = [one_of("form", "csv", "parquet", constraint="tables_form_known")]

    def __str__(self) -> str:
        return f"Tables of {self.clinic}, {self.asked_at:%Y-%m-%d %H:%M}"
