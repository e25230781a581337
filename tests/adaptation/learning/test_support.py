"""What a sitting's ratings say, as rows to learn from."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.learning.support import (
    MoodHeard,
    Support,
    SupportRow,
    TrackHeard,
    support_rows,
)

Event = MoodHeard | TrackHeard[str]
LIKING_ALONE = (1.0, 0.0, 0.0)


def mood(valence: float, arousal: float) -> MoodHeard:
    return MoodHeard((valence, arousal))


def rows(*sitting: Event) -> list[SupportRow[str]]:
    return list(support_rows(sitting))


def test_one_track_between_two_moods_has_the_second_as_its_outcome() -> None:
    (row,) = rows(mood(-0.5, 0.5), TrackHeard("a", 5), mood(0.25, -0.25))
    assert row == SupportRow("a", (-0.5, 0.5), (1.0, 0.25, -0.25), (1.0, 1.0, 1.0))


@pytest.mark.parametrize(("liking", "unit"), [(1, -1.0), (2, -0.5), (3, 0.0), (4, 0.5), (5, 1.0)])
def test_a_liking_of_one_to_five_is_put_on_the_scale_of_moods(liking: int, unit: float) -> None:
    (row,) = rows(TrackHeard("a", liking))
    assert row.outcome[0] == unit


def test_tracks_between_two_moods_share_the_way_and_the_weight() -> None:
    heard = rows(mood(-0.6, 0.9), *(TrackHeard(name, 3) for name in "abc"), mood(0.3, 0.0))
    assert [row.track for row in heard] == ["a", "b", "c"]
    np.testing.assert_allclose(
        [row.mood for row in heard], [(-0.6, 0.9), (-0.3, 0.6), (0.0, 0.3)], atol=1e-12
    )
    np.testing.assert_allclose(
        [row.outcome[1:] for row in heard], [(-0.3, 0.6), (0.0, 0.3), (0.3, 0.0)], atol=1e-12
    )
    assert all(row.weight == (1.0, 1 / 3, 1 / 3) for row in heard)


def test_a_mood_in_between_ends_one_stretch_and_begins_the_next() -> None:
    heard = rows(
        mood(0.0, 0.0),
        TrackHeard("a", 4),
        mood(0.5, 0.5),
        TrackHeard("b", 4),
        TrackHeard("c", 4),
        mood(0.1, 0.1),
    )
    assert [row.mood for row in heard] == [(0.0, 0.0), (0.5, 0.5), pytest.approx((0.3, 0.3))]
    assert [row.weight[1] for row in heard] == [1.0, 0.5, 0.5]


def test_without_a_mood_before_only_the_liking_counts() -> None:
    (row,) = rows(TrackHeard("a", 2), mood(0.9, 0.9))
    assert row == SupportRow("a", (0.0, 0.0), (-0.5, 0.0, 0.0), LIKING_ALONE)


def test_without_a_mood_after_the_mood_before_is_kept_and_only_the_liking_counts() -> None:
    (row,) = rows(mood(0.4, -0.2), TrackHeard("a", 2))
    assert row == SupportRow("a", (0.4, -0.2), (-0.5, 0.0, 0.0), LIKING_ALONE)


def test_moods_without_tracks_say_nothing_of_any_track() -> None:
    assert rows(mood(0.1, 0.1), mood(0.2, 0.2)) == []
    assert rows() == []


def test_of_two_moods_in_a_row_the_later_is_the_one_before_the_track() -> None:
    (row,) = rows(mood(-1.0, -1.0), mood(0.2, 0.3), TrackHeard("a", 3), mood(0.0, 0.0))
    assert row.mood == (0.2, 0.3)


def test_a_track_heard_twice_is_two_rows() -> None:
    heard = rows(mood(0.0, 0.0), TrackHeard("a", 1), TrackHeard("a", 5), mood(0.2, 0.2))
    assert [(row.track, row.outcome[0]) for row in heard] == [("a", -1.0), ("a", 1.0)]


events = st.lists(
    st.one_of(
        st.builds(TrackHeard, st.sampled_from("abc"), st.integers(1, 5)),
        st.builds(MoodHeard, st.tuples(st.floats(-1, 1), st.floats(-1, 1))),
    ),
    max_size=12,
)


@settings(derandomize=True)
@given(sitting=events)
def test_every_track_is_one_row_in_order_and_no_number_leaves_its_range(
    sitting: Sequence[Event],
) -> None:
    heard = rows(*sitting)
    assert [row.track for row in heard] == [e.track for e in sitting if isinstance(e, TrackHeard)]
    numbers = [x for row in heard for x in (*row.mood, *row.outcome, *row.weight)]
    assert all(-1.0 <= x <= 1.0 for x in numbers)
    assert all(row.weight[0] == 1.0 and row.weight[1] == row.weight[2] for row in heard)


@settings(derandomize=True)
@given(sitting=events)
def test_the_mood_weights_between_two_moods_add_up_to_one(sitting: Sequence[Event]) -> None:
    bracketed = [mood(0.0, 0.0), *sitting, mood(0.0, 0.0)]
    stretches = 0
    for event, following in pairwise(bracketed):
        stretches += isinstance(event, TrackHeard) and isinstance(following, MoodHeard)
    assert sum(row.weight[1] for row in rows(*bracketed)) == pytest.approx(stretches)


def test_rows_become_arrays_with_their_tracks_features() -> None:
    heard = rows(mood(0.0, 0.1), TrackHeard("a", 5), TrackHeard("b", 1), mood(0.2, 0.1))
    support = Support.of(heard, np.array([[1, 2, 3], [4, 5, 6]], np.float32))
    assert len(support) == 2
    assert support.features.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert (support.mood.shape, support.outcome.shape, support.weight.shape) == (
        (2, 2),
        (2, 3),
        (2, 3),
    )
    assert support.outcome[:, 0].tolist() == [1.0, -1.0]
    arrays = (support.features, support.mood, support.outcome, support.weight)
    assert all(array.dtype == np.float32 for array in arrays)


def test_rows_keep_the_keys_of_their_tracks() -> None:
    heard = rows(TrackHeard("a", 5), TrackHeard("b", 1), TrackHeard("a", 4))
    features = np.zeros((3, 2), np.float32)
    keyed = Support.of(heard, features, [f"songs/{row.track}" for row in heard])
    assert keyed.tracks == ("songs/a", "songs/b", "songs/a")
    assert Support.of(heard, features).tracks == ()  # not known by any key


def test_nothing_rated_is_an_empty_support() -> None:
    assert len(Support.of([], np.array([], np.float32))) == 0
