"""Playlists to try a plan by, before it is prescribed."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exports.playlists import generate
from tests.exports.conftest import Publish
from tests.factories import MembershipFactory, SessionPlanFactory
from tests.practice import Practice
from tests.therapy.pages.reading import rows, words
from therapy.models import SessionPlan
from therapy.pages.plan_editor.typed import FIELDS, typed_of
from therapy.pages.plan_words import signed
from therapy.plans.naming import TRACKS
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


# On the page


@pytest.fixture
def desk(practice: Practice) -> Client:
    """A therapist of the practice at the form."""
    client = Client()
    client.force_login(MembershipFactory(clinic=practice.clinic, role="therapist").user)
    return client


def tried(desk: Client, practice: Practice, **typed: str) -> Any:
    """What the page answers to a try of a plan that plays three tracks, with what is typed over."""
    address = reverse("write-plan", args=[practice.patient.id])
    plan = SessionPlan(patient=practice.patient, track_count=3)
    values = {name: getattr(plan, name) for name in FIELDS if name not in TRACKS}
    sent = dict(typed_of(values).lists()) | {"base": "0", "step": "try"}
    return desk.post(address, sent | typed)


def test_a_try_is_the_playlist_of_the_patients_model_and_leaves_nothing(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    before = counts()
    answer = tried(desk, practice, mood_valence="-0.5", mood_arousal="0.6")
    said = words(answer)
    seed = re.search(r"this one’s seed: (\d+)", said)
    assert seed is not None
    made = generate(
        patient=practice.patient,
        mood=MOOD,
        target=None,
        minutes=None,
        seed=int(seed[1]),
        at=timezone.now(),
        plan=drafted(patient=practice.patient, track_count=3),
    )
    shown = [row for row in rows(answer) if re.match(r"\d\.", row)]
    for place, (item, row) in enumerate(zip(made.items, shown, strict=True), start=1):
        valence, arousal = item.choice.predicted
        spread = item.choice.deviation
        assert row.startswith(f"{place}. {item.track.title}")
        assert f"{signed(valence)} ± {spread[0]:.2f}" in row
        assert f"{signed(arousal)} ± {spread[1]:.2f}" in row
        assert item.reason in row
    assert "by model version 1, made from 0 rated tracks, base trained on 80 simulated" in said
    assert counts() == before, "a try is no session, and prescribes nothing"


def test_a_click_in_the_plane_is_the_mood(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    """120 pixels are 1, and the middle is at 140."""
    publish()
    answer = tried(desk, practice, **{"step": "", "plane.x": "80", "plane.y": "68"})
    html = answer.content.decode()
    assert 'name="mood_valence" value="-0.5"' in html
    assert 'name="mood_arousal" value="0.6"' in html
    assert "A try: 3 tracks for this mood" in words(answer)


def test_a_click_by_the_keyboard_leaves_the_mood_that_was_typed(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    answer = tried(desk, practice, mood_valence="0.25", **{"plane.x": "0", "plane.y": "0"})
    assert 'name="mood_valence" value="0.25"' in answer.content.decode()


def test_before_a_model_is_published_the_path_is_drawn_and_it_is_said(
    desk: Client, practice: Practice
) -> None:
    answer = tried(desk, practice)
    assert "No model is published for P-1 yet." in words(answer)
    assert "<polyline" in answer.content.decode()
    assert "A try" not in words(answer)


def test_what_leaves_no_or_few_tracks_says_so(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    assert "The plan excludes all 12 tracks" in words(tried(desk, practice, tempo_min="999"))
    never = [str(track.id) for track in practice.tracks[2:]]
    said = words(tried(desk, practice, never_tracks=never))  # type: ignore[arg-type]
    assert "A try: 2 tracks for this mood" in said
    assert "Only 2 tracks are allowed by the plan." in said


def test_a_plan_that_could_not_be_prescribed_is_not_tried(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    refused = tried(desk, practice, volume_ceiling="200")
    assert refused.status_code == 400
    assert "Must lie between 1 and 100, not 200." in words(refused)
    assert "A try" not in words(refused)


def test_a_mood_off_the_scale_is_told_in_the_summary(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    said = words(tried(desk, practice, mood_arousal="1.5"))
    assert "Mood, arousal : Must lie between −1 and 1." in said


def test_the_look_before_prescribing_tries_too(
    desk: Client, practice: Practice, publish: Publish
) -> None:
    publish()
    said = words(tried(desk, practice, shown="review"))
    assert "Before it is prescribed to P-1" in said
    assert "A try: 3 tracks for this mood" in said


def counts() -> dict[str, int]:
    """Rows by table, but for what says who read what, and for the sessions of browsers."""
    besides = {"AccessLog", "Session", "UserSession"}
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_models()
        if model.__name__ not in besides
    }
