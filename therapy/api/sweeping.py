"""Deletes what the API kept for a while, when its time is over."""

from django.utils import timezone

from therapy.api.models import CallCount, KeptAnswer


def sweep() -> None:
    """Answers that are not given again any more, and counts of windows that have ended."""
    now = timezone.now()
    KeptAnswer.objects.filter(expires_at__lte=now).delete()
    CallCount.objects.filter(window_ends_at__lte=now).delete()
