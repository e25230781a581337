"""What happens by the clock, for `celery beat`."""

from typing import Any

from django.conf import settings


def timetable() -> dict[str, dict[str, Any]]:
    """Task name and interval in seconds of every periodic task, in Celery's beat format."""
    return {
        "renew what runs out": {
            "task": "renew_exports",
            "schedule": settings.EXPORT_RENEWAL_SECONDS,
        },
        "discard old data exports": {
            "task": "discard_data_exports",
            "schedule": settings.DATA_EXPORT_SWEEP_SECONDS,
        },
        "send reminders": {
            "task": "send_reminders",
            "schedule": settings.REMINDER_SECONDS,
            # The next one does what a message would have done that nobody took.
            "options": {"expires": settings.REMINDER_SECONDS},
        },
        "sum outcomes": {
            "task": "ask_for_outcomes",
            "schedule": settings.OUTCOME_REFRESH_SECONDS,
            "options": {"expires": settings.OUTCOME_REFRESH_SECONDS},
        },
        "measure what adapting is worth": {
            "task": "ask_for_benefits",
            "schedule": settings.BENEFIT_SECONDS,
        },
        "forget what the API kept": {"task": "sweep_api", "schedule": settings.API_SWEEP_SECONDS},
        "sweep the job ledger": {"task": "sweep_jobs", "schedule": settings.JOB_SWEEP_SECONDS},
    }
