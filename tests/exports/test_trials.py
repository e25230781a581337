"""Playlists to try a plan by, before it is prescribed."""

import pytest
from django.utils import timezone

from exports.playlists import generate
from tests.exports.conftest import Publish
from tests.factories import SessionPlanFactory
from tests.practice import Practice
from therapy.models import SessionPlan
from therapy.plans.services import drafted

pytestmark = pytest.mark.django_db

MOOD = (-0.5, 0.6)


def test_a_playlist_is_made_by_a_plan_that_is_not_saved(
    practice: Practice, publish: Publish
) -> None:
    publish()
    SessionPlanFactory(patient=practice.patient, track_count=8)
    plan = drafted(
        patient=practice.patient,
        track_count=3,
        target_valence=0.1,
        never_tracks=list(practice.tracks[4:]),
    )
    made = generate(
        patient=practice.patient,
        mood=MOOD,
        target=None,
        minutes=None,
        seed=1,
        at=timezone.now(),
        plan=plan,
    )
    assert made.target == (0.1, -0.5)
    assert len(made.items) == 3
    assert {item.track.id for item in made.items} <= {track.id for track in practice.tracks[:4]}
    assert SessionPlan.objects.filter(patient=practice.patient).count() == 1
