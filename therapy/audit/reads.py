"""Writing down who was shown whose record."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.utils import timezone

from therapy.audit.models import AccessLog
from therapy.audit.places import Shown

WINDOW_SECONDS = 300
"""A page that loads itself every few seconds is one entry in five minutes, and not a flood in which
nobody finds anything."""


def note_reads(*, user_id: int, address: str, shown: Collection[Shown]) -> None:
    """That the user was shown these patients' records, or lists (no patient) of these clinics.

    One statement. The first read of a window stays; that there were more is not told.
    """
    if not shown:
        return
    now = timezone.now()
    begun = datetime.fromtimestamp(now.timestamp() // WINDOW_SECONDS * WINDOW_SECONDS, UTC)
    AccessLog._base_manager.bulk_create(
        (
            AccessLog(
                at=now,
                window=begun,
                user_id=user_id,
                clinic_id=clinic,
                patient_id=patient,
                address=address,
            )
            for clinic, patient in shown
        ),
        ignore_conflicts=True,
    )
