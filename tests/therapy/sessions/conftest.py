"""Bodies as a phone sends them, one of each kind, all valid."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import People
from tests.therapy.sessions.reports import Body, new_id
from worker.models import Job


@pytest.fixture
def bodies(people: People) -> dict[str, Body]:
    """By address. The rows name tracks, but no session."""
    instant = timezone.now() - timedelta(minutes=30)
    now = instant.isoformat()
    track = str(people.tracks[0].id)
    return {
        "sessions": {
            "id": new_id(),
            "plan": None,
            "assignment": None,
            "started_at": now,
            "ended_at": None,
            "ending": None,
            "stop_reason": None,
        },
        "sessions-not-held": {
            "id": new_id(),
            "plan": None,
            "outcome": "skipped",
            "skip_reason": "no-time",
            "offered_at": (instant - timedelta(minutes=5)).isoformat(),
            "decided_at": now,
        },
        "mood-ratings": {
            "id": new_id(),
            "session": None,
            "phase": "before",
            "valence": 0.25,
            "arousal": -0.5,
            "rated_at": now,
        },
        "mood-skips": {
            "id": new_id(),
            "session": None,
            "phase": "after",
            "skipped_at": now,
        },
        "track-ratings": {
            "id": new_id(),
            "session": None,
            "track": track,
            "liking": 4,
            "familiarity": None,
            "rated_at": now,
        },
        "track-plays": {
            "id": new_id(),
            "session": None,
            "track": track,
            "position": 2,
            "started_at": now,
            "seconds_heard": 42.5,
            "ending": "skipped",
        },
        "measure-responses": {
            "id": new_id(),
            "session": None,
            "measure": "phq4",
            "version": 1,
            "language": "en",
            "state": "answered",
            "answers": {"phq4-1": 2, "phq4-2": 1, "phq4-3": 0, "phq4-4": 3},
            "answered_at": now,
        },
        "model-refusals": {
            "id": new_id(),
            "refused_at": now,
            "reason": "wrong-content",
            "version": 4,
            "base_sha256": "9f" * 32,
            "in_use": 3,
        },
        "playlist-logs": {
            "id": new_id(),
            "session": None,
            "model_version": 3,
            "package_sha256": "9f" * 32,
            "seed": 2**63 - 1,
            "mood_valence": -0.4,
            "mood_arousal": 0.5,
            "target_valence": 0.5,
            "target_arousal": -0.5,
            "chosen_first": False,
            "made_at": now,
            "entries": [
                {
                    "position": position,
                    "track": str(one.id),
                    "waypoint": [0.1 * position, -0.1 * position],
                    "predicted": [0.05, -0.05],
                    "deviation": [0.2, 0.25],
                    "log_probability": -1.5 - position,
                }
                for position, one in enumerate(people.tracks)
            ],
        },
    }


@pytest.fixture
def adaptations() -> Callable[[], list[str]]:
    """The patients that an adaptation was asked for, in the order of asking."""
    return lambda: [
        job.arguments["patient_id"]
        for job in Job.objects.filter(kind="adapt_patient").order_by("created_at")
    ]
