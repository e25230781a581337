"""A patient's sessions against expected drift: what stands out, in the drawing and in words."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from therapy.pages.charts.course import NOTHING, CourseChart, beyond_drift, course_charts
from therapy.pages.charts.sittings import (
    APART,
    AROUSAL,
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    VALENCE,
    Mood,
    SessionMood,
    frame_of,
)
from therapy.statistics.control_charts import FEWEST, RUN

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
affect = st.floats(-1, 1)
moods = st.builds(Mood, affect, affect)


def sitting(day: int, valence: float, plan: int | None = 1) -> SessionMood:
    """From the mood 0, 0, where valence drifts to .158 by itself."""
    return SessionMood(START + timedelta(days=day), Mood(0, 0), Mood(valence, 0.032), plan=plan)


def swinging(number: int) -> list[SessionMood]:
    return [sitting(day, 0.1 if day % 2 else 0.2) for day in range(number)]


def drawn(chart: CourseChart) -> ElementTree.Element:
    return ElementTree.fromstring(
        render_to_string("therapy/sessions/course_chart.html", {"chart": chart})
    )


def test_beyond_drift_is_what_ordinary_listening_would_not_have_left() -> None:
    low = SessionMood(START, Mood(-0.8, 0.6), Mood(0.0, 0.0))
    assert beyond_drift(VALENCE, low) == pytest.approx(0 - (0.158 - 0.565 * 0.8))
    assert beyond_drift(AROUSAL, low) == pytest.approx(0 - (0.032 + 0.511 * 0.6))


def test_of_too_few_sessions_there_is_no_chart() -> None:
    assert course_charts(swinging(FEWEST - 1)) == ()
    assert len(course_charts(swinging(FEWEST))) == 2


def test_nothing_stands_out_where_sessions_swing_as_ever() -> None:
    valence, _ = course_charts(swinging(12))
    assert valence.findings == ()
    assert not any(point.is_signal for point in valence.points)
    assert NOTHING in valence.description
    assert drawn(valence).findall(".//circle[@class='signal']") == []


def test_a_session_beyond_the_limits_stands_out_in_drawing_and_words() -> None:
    valence, arousal = course_charts([*swinging(11), sitting(11, -0.7)])
    assert valence.findings == ("Valence was outside of the limits on 13 March 2026.",)
    assert [point.is_signal for point in valence.points] == [False] * 11 + [True]
    assert valence.points[-1].y > valence.limits[1], "below the lower limit, as y runs downward"
    assert len(drawn(valence).findall(".//circle[@class='signal']")) == 1
    assert valence.findings[0] in valence.description
    assert arousal.findings == ()


def test_long_runs_on_one_side_are_told_each() -> None:
    run = [sitting(day, 0.0 if day < RUN else 0.4) for day in range(2 * RUN)]
    valence, _ = course_charts(run)
    assert [finding for finding in valence.findings if "one side" in finding] == [
        "Valence stayed on one side of its median for 8 sessions, 2 March 2026 to 9 March 2026.",
        "Valence stayed on one side of its median for 8 sessions, 10 March 2026 to 17 March 2026.",
    ]


@given(st.lists(st.tuples(moods, moods), min_size=FEWEST, max_size=60))
def test_all_of_it_lies_inside_the_frame(pairs: list[tuple[Mood, Mood]]) -> None:
    sessions = [
        SessionMood(START + timedelta(hours=7 * n), before, after, plan=n // 5)
        for n, (before, after) in enumerate(pairs)
    ]
    for chart in course_charts(sessions):
        for point in chart.points:
            assert LEFT <= point.x <= RIGHT
            assert TOP <= point.y <= BOTTOM
        high, low = chart.limits
        assert TOP <= high <= chart.centre <= low <= BOTTOM


def test_where_the_plan_changes_a_line_stands_between_the_sessions() -> None:
    plans = [1, 1, 2, None, 2, 3]
    frame = frame_of([sitting(day, 0.1, plan) for day, plan in enumerate(plans)])
    assert [mark.text for mark in frame.plans] == ["plan 2", "plan 3"]
    assert frame.places[1] < frame.plans[0].at < frame.places[2]
    assert frame.places[4] < frame.plans[1].at < frame.places[5]


def test_names_of_plans_do_not_lie_over_each_other() -> None:
    frame = frame_of([sitting(day, 0.1, plan=day) for day in range(24)])
    named = [mark.at for mark in frame.plans if mark.text]
    assert len(frame.plans) == 23
    assert len(named) > 3
    assert all(after - before >= APART for before, after in pairwise(named))
