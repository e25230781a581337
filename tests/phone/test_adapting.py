"""What a phone in TypeScript learns from ratings, and reads from a model, is as on the server."""

import base64
from typing import Any

import numpy as np
import pytest
import torch

from adaptation.learning.bases import Base
from adaptation.learning.support import MoodHeard, TrackHeard, support_rows
from exports.phone import Package
from exports.releasing import release
from tests.phone.node import run
from tests.practice import Practice
from tests.trained import some_tracks

pytestmark = pytest.mark.django_db

SITTINGS, TRACKS = 60, 40
VALUES = some_tracks(TRACKS, seed=3)
CATALOGUE: dict[str, Any] = {
    "schema": {
        "columns": [{"name": n} for n in ("loudness", "tempo", "mode", "brightness", "dissonance")]
    },
    "tracks": [
        {"id": str(row), "key": f"{row:016x}", "values": values}
        for row, values in enumerate(VALUES.tolist())
    ],
}


@pytest.fixture
def bundle(practice: Practice) -> bytes:
    release(practice.base, lambda share, note: None)
    with practice.base.bundles.get(kind="onnx").file.open() as content:
        found: bytes = content.read()
    return found


def a_sitting(generator: np.random.Generator, number: int) -> list[dict[str, Any]]:
    """Moods and tracks in any number and order; some of one instant, as of a coarse clock."""
    events: list[dict[str, Any]] = []
    for place in range(int(generator.integers(0, 9))):
        named = {"id": f"{number:03}-{place}", "at": number * 1000 + place // 2}
        if generator.random() < 0.4:
            phase = ("before", "during", "after")[generator.integers(3)]
            mood = generator.uniform(-1, 1, 2).round(3).tolist()
            events.append(named | {"kind": "mood", "phase": phase, "mood": mood})
        else:
            track, liking = int(generator.integers(TRACKS)), int(generator.integers(1, 6))
            events.append(named | {"kind": "track", "track": str(track), "liking": liking})
    order = {"before": 0, None: 1, "during": 2, "after": 3}
    return sorted(events, key=lambda event: (event["at"], order[event.get("phase")], event["id"]))


def heard(event: dict[str, Any]) -> MoodHeard | TrackHeard[int]:
    if event["kind"] == "mood":
        return MoodHeard(tuple(event["mood"]))
    return TrackHeard(int(event["track"]), event["liking"])


def listed(answers: dict[str, float]) -> list[float]:
    return [answers[name] for name in ("liking", "valence", "arousal")]


def test_sittings_are_taken_in_as_the_server_does(bundle: bytes, base: Base) -> None:
    generator = np.random.default_rng(4)
    sittings = [a_sitting(generator, number) for number in range(SITTINGS)]
    package = Package(bundle, base.learner.prior().numpy())
    case = {
        "vector": package.vector.tolist(),
        "learns": True,
        "catalogue": CATALOGUE,
        "sittings": [
            [sitting[place] for place in generator.permutation(len(sitting))]
            for sitting in sittings
        ],
    }
    calls = {"adapted": [case, case | {"learns": False}]}
    made, held = run("run_listening.mjs", calls | {"bundle": base64.b64encode(bundle).decode()})[
        "adapted"
    ]

    assert held["vector"] == pytest.approx(package.vector.tolist())
    ours = [row for sitting in sittings for row in support_rows(list(map(heard, sitting)))]
    features = package.described(VALUES, [track["key"] for track in CATALOGUE["tracks"]])
    for theirs, row in zip(made["rows"], ours, strict=True):
        assert int(theirs["rating"]["track"]) == row.track
        assert theirs["mood"] == pytest.approx(row.mood)
        assert listed(theirs["outcome"]) == pytest.approx(row.outcome)
        assert listed(theirs["weight"]) == pytest.approx(row.weight)
        outcome, weight = np.array(row.outcome, np.float32), np.array(row.weight, np.float32)
        package.adapt(features[row.track], row.mood, outcome, weight)
    assert made["vector"] == pytest.approx(package.vector.tolist(), abs=2e-5)


def test_what_is_expected_of_single_tracks_is_read_from_the_graph(
    bundle: bytes, base: Base
) -> None:
    """And a vector of zeros stands for everybody, as that of a patient who rated nothing does."""
    generator = np.random.default_rng(5)
    package, mood = Package(bundle, base.learner.prior().numpy()), (0.2, -0.4)
    features = package.described(VALUES, [track["key"] for track in CATALOGUE["tracks"]])
    everybody = expected(base, package.vector, features, mood)
    for row in generator.integers(TRACKS, size=25):  # who likes what is loud
        liking = 1.0 if VALUES[row, 0] > -23 else -1.0
        package.adapt(
            features[row],
            mood,
            np.array([liking, 0, 0], np.float32),
            np.array([1, 0, 0], np.float32),
        )
    case = {"vector": package.vector.tolist(), "mood": mood, "catalogue": CATALOGUE}
    given = {"predicted": [case], "bundle": base64.b64encode(bundle).decode()}
    made = run("run_listening.mjs", given)["predicted"][0]

    own = expected(base, package.vector, features, mood)
    assert np.array(made["own"]) == pytest.approx(own, abs=1e-5)
    assert np.array(made["everybody"]) == pytest.approx(everybody, abs=1e-5)
    assert np.abs(own - everybody).max() > 0.2
    loud = {one["feature"]: one for one in made["learned"] if one["answer"] == "liking"}["loudness"]
    highest, lowest = np.argsort(VALUES[:, 0])[-13:], np.argsort(VALUES[:, 0])[:13]
    more = (own - everybody)[0]
    assert loud["difference"] == pytest.approx(more[highest].mean() - more[lowest].mean(), abs=1e-5)
    assert loud["difference"] > 0.1
    sizes = [abs(one["difference"]) for one in made["learned"]]
    assert sizes == sorted(sizes, reverse=True)


def expected(
    base: Base, vector: Any, features: Any, mood: tuple[float, float]
) -> np.ndarray[Any, Any]:
    """By PyTorch, [3, N]: liking, and the moods, which stay on their scale."""
    moods = torch.tensor(mood).expand(len(features), 2)
    with torch.inference_mode():
        mean, _ = base.learner.predict(torch.from_numpy(vector), torch.from_numpy(features), moods)
    answers: np.ndarray[Any, Any] = mean.numpy().T
    answers[1:] = answers[1:].clip(-1, 1)
    return answers
