"""The two logs: what was written, and whose record was read.

Both outlive what they are about, so they hold keys as plain values, no relations to patients, and
no content: a change of a patient's record names the fields, not what they held.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from therapy.access.walls import WithinClinics
from therapy.append_only import AppendOnly, AppendOnlyQuerySet
from therapy.audit.causes import cause
from therapy.audit.places import Place, is_of_patients, places_of

VALUES_KEPT: Mapping[str, frozenset[str]] = {
    "therapy.Membership": frozenset({"role"}),
    "therapy.User": frozenset({"is_active", "is_staff", "is_superuser"}),
}
"""Of which fields an update keeps the old and the new value: those that say who may do what."""

LONGEST_NAME = 300


class Writes(WithinClinics["WriteLog"]):
    """Within the walls of clinics, and what auditlog asks of a log to write to."""

    path = "clinic_id"
    _queryset_class = AppendOnlyQuerySet

    def log_create(
        self,
        instance: models.Model,
        force_log: bool = False,
        *,
        action: str,
        changes: Mapping[str, Sequence[str]] | None = None,
    ) -> "WriteLog | None":
        """One entry for each place of the row; a creation or deletion names no fields."""
        if not changes and not force_log:
            return None
        updated = changes if action == WriteLog.Action.UPDATE and changes else {}
        kept = VALUES_KEPT.get(instance._meta.label, frozenset())
        named = {name: list(values) if name in kept else None for name, values in updated.items()}
        return self.enter(instance, action=action, changes=named)

    def log_m2m_changes(
        self,
        changed_queryset: Iterable[models.Model],
        instance: models.Model,
        operation: str,
        field_name: str,
    ) -> "WriteLog | None":
        """A relation to many was changed; auditlog tells what was added and taken away apart."""
        changes = {field_name: None}
        return self.enter(instance, action=WriteLog.Action.UPDATE, changes=changes)

    def enter(
        self, row: models.Model, *, action: str, changes: Mapping[str, list[str] | None]
    ) -> "WriteLog":
        """Write the entries of one row; the last of them."""
        entries = [
            new_entry(type(row), place, action=action, row=row, changes=dict(changes))
            for place in places_of(row)
        ]
        for entry in entries:
            entry.save()
        return entries[-1]


class WriteLog(AppendOnly):
    """That a row was created, changed or deleted; or several of a kind at once, where `count` is
    more than one."""

    class Action(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        DELETE = "delete"

    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=6, choices=Action.choices)
    model = models.CharField(max_length=80, help_text="As Django labels it: therapy.SessionPlan.")
    row = models.CharField(max_length=40, blank=True, help_text="Its key; empty for several rows.")
    count = models.PositiveIntegerField(default=1)
    name = models.CharField(
        max_length=LONGEST_NAME, blank=True, help_text="The row in words; empty for a patient's."
    )
    changes = models.JSONField(
        default=dict, help_text="Field → [old, new] where VALUES_KEPT allows it, else null."
    )
    clinic_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cause = models.JSONField(default=dict, help_text="What it was, where it was no user.")

    objects: ClassVar = Writes()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["clinic_id", "-at"]),
            models.Index(fields=["patient_id", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.model} {self.row}"


def new_entry(
    model: type[models.Model],
    place: Place,
    *,
    action: str,
    row: models.Model | None = None,
    count: int = 1,
    changes: dict[str, list[str] | None] | None = None,
) -> WriteLog:
    """An unsaved entry with the cause of this moment."""
    behind = cause()
    clinic_id, patient_id = place
    return WriteLog(
        action=action,
        model=model._meta.label,
        row="" if row is None else str(row.pk),
        count=count,
        name="" if row is None or is_of_patients(model) else _name_of(row),
        changes=changes or {},
        clinic_id=clinic_id,
        patient_id=patient_id,
        user_id=behind.user_id,
        cause=dict(behind.other),
    )


def _name_of(row: models.Model) -> str:
    """A row of the staff in words, with whose it is."""
    user = getattr(row, "user", None)
    said = str(row) if user is None or str(user) in str(row) else f"{row} of {user}"
    return said[:LONGEST_NAME]


class Reads(WithinClinics["AccessLog"]):
    """Within the walls of clinics."""

    path = "clinic_id"
    _queryset_class = AppendOnlyQuerySet


class AccessLog(AppendOnly):
    """That a member of staff was shown a patient's record, or, without a patient, a list of a
    clinic's patients. One row stands for all that the same person is shown at the same address
    about the same patient within one `window`."""

    at = models.DateTimeField(default=timezone.now, help_text="The first time in the window.")
    window = models.DateTimeField(help_text="When it began (therapy/audit/reads.py).")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clinic_id = models.UUIDField()
    patient_id = models.UUIDField(null=True)
    address = models.CharField(max_length=80, help_text="The name of the page or file.")

    objects: ClassVar = Reads()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["clinic_id", "-at"]),
            models.Index(fields=["patient_id", "-at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "patient_id", "address", "window"],
                name="read_of_a_patient_once_a_window",
            ),
            models.UniqueConstraint(
                fields=["user", "clinic_id", "address", "window"],
                condition=models.Q(patient_id=None),
                name="read_of_a_list_once_a_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.address}"
