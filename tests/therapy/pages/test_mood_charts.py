"""The geometry of the mood charts, and the SVG that is drawn from it."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from therapy.pages.charts.moods import AffectChart, mood_charts
from therapy.pages.charts.sittings import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_DATES,
    RIGHT,
    TOP,
    Mood,
    SessionMood,
)

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
affect = st.floats(-1, 1)
moods = st.builds(Mood, affect, affect)


def sitting(
    day: int = 0,
    before: tuple[float, float] = (-0.5, 0.5),
    after: tuple[float, float] = (0.5, -0.5),
    target: tuple[float, float] | None = None,
) -> SessionMood:
    return SessionMood(
        START + timedelta(days=day),
        Mood(*before),
        Mood(*after),
        Mood(*target) if target is not None else None,
    )


def drawn(chart: AffectChart) -> ElementTree.Element:
    return ElementTree.fromstring(
        render_to_string("therapy/sessions/mood_chart.html", {"chart": chart})
    )


def test_the_ends_and_the_middle_of_the_scale_stand_where_they_should() -> None:
    valence, arousal = mood_charts([sitting(before=(-1.0, 1.0), after=(1.0, 0.0))])
    assert valence.pairs[0].before == BOTTOM
    assert valence.pairs[0].after == TOP
    assert arousal.pairs[0].before == TOP
    assert arousal.pairs[0].after == pytest.approx((TOP + BOTTOM) / 2)


def test_sessions_stand_in_order_at_equal_distances() -> None:
    valence, _ = mood_charts([sitting(day) for day in (0, 1, 30)])
    places = [pair.x for pair in valence.pairs]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])
    assert LEFT < places[0] < places[2] < RIGHT


@given(st.lists(st.tuples(moods, moods), min_size=1, max_size=60))
def test_every_dot_and_date_lies_inside_the_frame(pairs: list[tuple[Mood, Mood]]) -> None:
    sessions = [
        SessionMood(START + timedelta(hours=7 * n), before, after, target=before)
        for n, (before, after) in enumerate(pairs)
    ]
    for chart in mood_charts(sessions):
        for pair in chart.pairs:
            assert LEFT <= pair.x <= RIGHT
            assert TOP <= pair.before <= BOTTOM
            assert TOP <= pair.after <= BOTTOM
        for level in chart.targets:
            assert LEFT - 1e-6 <= level.start < level.end <= RIGHT + 1e-6
        assert 1 <= len(chart.frame.dates) <= MOST_DATES
        labels = [tick.text for tick in chart.frame.dates]
        assert len(labels) == len(set(labels))


def test_a_target_is_one_line_until_the_plan_changes_it() -> None:
    low, high = (0.2, -0.2), (0.6, -0.6)
    valence, _ = mood_charts(
        [
            sitting(0, target=low),
            sitting(1, target=low),
            sitting(2, target=high),
            sitting(3),
            sitting(4, target=high),
        ]
    )
    widths = [round(level.end - level.start) for level in valence.targets]
    slot = round((RIGHT - LEFT) / 5)
    assert widths == pytest.approx([2 * slot, slot, slot], abs=1)


def test_dates_name_the_year_only_when_there_are_two() -> None:
    assert [tick.text for tick in mood_charts([sitting(0), sitting(9)])[0].frame.dates] == [
        "2 Mar",
        "11 Mar",
    ]
    assert [tick.text for tick in mood_charts([sitting(0), sitting(400)])[0].frame.dates] == [
        "Mar 2026",
        "Apr 2027",
    ]


def test_the_description_counts_rises_and_falls() -> None:
    sessions = [
        sitting(0, before=(0.0, 0.5), after=(0.4, 0.1)),
        sitting(1, before=(0.0, 0.5), after=(0.1, 0.5)),
        sitting(2, before=(0.0, 0.5), after=(-0.1, 0.2)),
    ]
    valence, arousal = mood_charts(sessions)
    assert "3 sessions, 2 March 2026 to 4 March 2026." in valence.description
    assert (
        "valence was higher than before in 2, lower in 1 and the same in 0" in valence.description
    )
    assert (
        "arousal was higher than before in 0, lower in 2 and the same in 1" in arousal.description
    )


def test_no_session_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one session"):
        mood_charts([])


def test_the_drawing_is_named_described_and_holds_a_pair_a_session() -> None:
    chart, _ = mood_charts([sitting(day, target=(0.5, -0.5)) for day in range(4)])
    svg = drawn(chart)
    parts = {child.get("id"): child for child in svg}
    named, described = (parts[name] for name in svg.attrib["aria-labelledby"].split())
    assert svg.get("role") == "img"
    assert named.tag == "title"
    assert named.text == "Valence before and after each session"
    assert described.text == chart.description
    pairs = svg.findall("g[@class='pair']")
    assert len(pairs) == 4
    for pair, computed in zip(pairs, chart.pairs, strict=True):
        line = pair.find("line")
        before, after = pair.findall("circle")
        assert line is not None
        assert float(before.attrib["cy"]) == pytest.approx(computed.before, abs=0.05)
        assert float(after.attrib["cy"]) == pytest.approx(computed.after, abs=0.05)
        assert line.attrib["y1"] == before.attrib["cy"]
        assert line.attrib["y2"] == after.attrib["cy"]
    assert svg.find("line[@class='target']") is not None


def test_the_drawing_has_no_style_of_its_own_and_stays_in_its_box() -> None:
    for chart in mood_charts([sitting(day) for day in range(9)]):
        svg = drawn(chart)
        assert svg.get("viewBox") == f"0 0 360 {HEIGHT}"
        for element in svg.iter():
            assert "style" not in element.attrib
            if element.tag == "text":
                assert 0 <= float(element.attrib["y"]) <= HEIGHT
