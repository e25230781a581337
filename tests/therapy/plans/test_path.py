"""The waypoints that are drawn for a plan are those that the exported graph computes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.learning.waypoints import GUARDS, plan_waypoints
from therapy.models import SessionPlan
from therapy.plans.path import curve_weights, waypoints

axis = st.floats(-1, 1)
plans = st.builds(
    SessionPlan,
    target_valence=axis,
    target_arousal=axis,
    curve=st.sampled_from(SessionPlan.Curve.values),
    start_factor=st.floats(0.5, 1),
    track_count=st.integers(3, 8),
    hold_radius=st.floats(0, 1),
    largest_step=st.floats(0.05, 3),
    lowest_valence=axis,
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(plan=plans, mood=st.tuples(axis, axis))
def test_the_path_is_the_graphs(plan: SessionPlan, mood: tuple[float, float]) -> None:
    distance = torch.dist(torch.tensor(mood), torch.tensor(_target(plan)))
    if abs(float(distance) - plan.hold_radius) < 1e-5:
        return  # on the rim of the radius float32 may round to the other side
    curve = curve_weights(plan.curve, plan.track_count, plan.start_factor)
    asked = (mood, _target(plan), curve, [getattr(plan, name) for name in GUARDS])
    computed = plan_waypoints(*(torch.tensor(one, dtype=torch.float32) for one in asked))
    drawn = waypoints(plan, mood)
    assert len(drawn) == plan.track_count
    for here, there in zip(drawn, computed.tolist(), strict=True):
        assert here == pytest.approx(there, abs=1e-4)


def _target(plan: SessionPlan) -> tuple[float, float]:
    return plan.target_valence, plan.target_arousal
