"""Session plans and moods said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import SessionPlanFactory, TrackFactory
from therapy.models import SessionPlan
from therapy.pages.plan_words import CURVES, NEVER_TRACKS_SHOWN, in_words, mood_in_words, signed
from therapy.plans.sections.safety import SCREENED


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ((0.5, -0.5), "pleasant and calm"),
        ((0.2, -0.9), "slightly pleasant and very calm"),
        ((-0.8, 0.3), "very unpleasant and slightly excited"),
        ((0.0, 0.1), "neither unpleasant nor pleasant and neither calm nor excited"),
    ],
)
def test_moods_have_everyday_names(mood: tuple[float, float], said: str) -> None:
    assert mood_in_words(*mood) == said


@given(st.floats(-1, 1))
def test_a_signed_number_can_be_read_back(value: float) -> None:
    shown = signed(value)
    assert abs(float(shown.replace("−", "-")) - value) <= 0.005 + 1e-9
    assert shown[0] in "+−" or float(shown) == 0
    assert shown not in {"+0.00", "−0.00"}


def test_every_curve_has_words() -> None:
    assert set(CURVES) == set(SessionPlan.Curve)


@pytest.mark.django_db
def test_a_start_nearer_the_target_is_said_as_a_share_of_the_way() -> None:
    assert "15 % of the way" in in_words(SessionPlanFactory(start_factor=0.85)).path
    assert "starts at the patient’s mood" in in_words(SessionPlanFactory(start_factor=1)).path
    direct = in_words(SessionPlanFactory(curve="direct", start_factor=0.85)).path
    assert "does not start from the mood" in direct


@pytest.mark.django_db
def test_each_exclusion_is_said_and_none_is_invented() -> None:
    plain = SessionPlanFactory(explicit_allowed=True)
    assert in_words(plain).exclusions == ()
    strict = SessionPlanFactory(
        lyrics="none", tempo_min=50, tempo_max=80.5, loudness_max=-16, excluded_tags=["organ"]
    )
    assert in_words(strict).exclusions == (
        "No explicit tracks",
        "No lyrics, and no track whose lyrics are unknown",
        "Tempo only from 50 to 80.5 bpm",
        "No louder than −16.0 LUFS",
        "Nothing tagged organ",
    )
    assert "No slower than 50 bpm" in in_words(SessionPlanFactory(tempo_min=50)).exclusions


@pytest.mark.django_db
def test_many_never_tracks_are_counted_after_the_first_few() -> None:
    plan = SessionPlanFactory()
    plan.never_tracks.set(TrackFactory.create_batch(NEVER_TRACKS_SHOWN + 3))
    said = in_words(plan).exclusions[-1]
    assert said.startswith("Never: ")
    assert said.endswith("; and 3 more")


@pytest.mark.django_db
def test_the_dose_is_said_by_the_patients_clock() -> None:
    plan = SessionPlanFactory(
        patient__time_zone="Europe/Berlin",
        schedule=[{"days": [5, 1], "at": "20:30", "minutes": 45}],
        most_sessions_a_day=2,
        volume_ceiling=60,
        output="headphones",
        breathing_rate=6,
        measures=[{"measure": "vas-anxiety", "when": "before-session", "may_skip": True}],
    )
    assert in_words(plan).dose == (
        "Mon, Fri at 20:30 (Europe/Berlin), to be begun within 45 minutes",
        "At most 2 a day",
        "Volume up to 60 % of the phone’s",
        "By headphones only",
        "Paced breathing, 6 breaths a minute",
        "Asks the Visual analogue scale of anxiety (VAS-A), before session",
    )
    assert in_words(SessionPlanFactory()).dose == ("Whenever the patient likes",)


@pytest.mark.django_db
def test_what_nobody_asked_about_is_not_said_to_be_absent() -> None:
    assert in_words(SessionPlanFactory()).safety[0].startswith("Not asked about yet: epilepsy,")
    asked = dict.fromkeys(SCREENED, "no")
    assert in_words(SessionPlanFactory(**asked)).safety == ("Asked about, and none present",)
    epileptic = in_words(SessionPlanFactory(**asked | {"epilepsy": "yes"}))
    assert epileptic.safety == ("Present: epilepsy",)


@pytest.mark.django_db
def test_ranges_and_triggers_are_said() -> None:
    plan = SessionPlanFactory(
        explicit_allowed=True,
        lyrics="languages",
        lyric_languages=["de", "fi"],
        loudness_min=-30,
        brightness_max=3000,
        only_tags=["harp"],
        triggers=[{"tag": "siren", "reason": "the fire"}],
    )
    assert in_words(plan).exclusions == (
        "Lyrics only in de, fi",
        "No softer than −30.0 LUFS",
        "No brighter than 3000 Hz",
        "Only what is tagged harp",
        "Nothing tagged siren: the fire",
    )
