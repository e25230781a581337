"""A phone in TypeScript makes the playlists, and learns, as the reference in Python does."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptation.models import BaseModel
from exports.bundles import bundle_of
from exports.phone import Candidates, Floats, Package, Request
from tests.phone.laboratory import laboratory
from tests.phone.node import run
from tests.trained import SCHEMA, shared_folder, small_base, small_graphs, some_tracks
from therapy.models import FeatureSchema

CASES, RATINGS = 200, 30
CURVES = ([1, 0.75, 0.5, 0.25, 0], [1, 0.5, 0], [0] * 8, [1, 0, 0, 0.2])
GUARDS = {"lowest_valence": -0.6, "largest_step": 0.35, "hold_radius": 0.15}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> bytes:
    folder = shared_folder(tmp_path_factory, worker_id)
    base = small_base(folder)
    release = BaseModel(
        name="small",
        version=1,
        weights_sha256="0" * 64,
        vector_size=base.learner.vector_size,
        schema=FeatureSchema(
            name="small", version=1, features=[{"name": name} for name in SCHEMA.columns]
        ),
    )
    return bundle_of(release, base, "onnx", list(small_graphs(folder).values()))


@pytest.fixture
def vector(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Floats:
    """Of a patient who rated nothing, as 16 bits hold it."""
    base = small_base(shared_folder(tmp_path_factory, worker_id))
    prior: Floats = base.learner.prior().numpy().astype(np.float16).astype(np.float32)
    return prior


def candidates(generator: np.random.Generator, tracks: int) -> Candidates:
    return Candidates(
        features=some_tracks(tracks, seed=int(generator.integers(2**31))),
        allowed=generator.random(tracks) < generator.choice([0.05, 0.5, 1.0]),
        recency=generator.random(tracks, dtype=np.float32),
        familiarity=generator.random(tracks, dtype=np.float32),
    )


def request(generator: np.random.Generator) -> Request:
    mood, target = generator.uniform(-1, 1, (2, 2)).tolist()
    curve = CURVES[generator.integers(len(CURVES))]
    return Request(tuple(mood), tuple(target), curve, GUARDS, int(generator.integers(2**53)))


def b64(values: Any) -> str:
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def in_node(given: Any) -> Any:
    return run("run_package.mjs", given)


@pytest.fixture(params=["node", pytest.param("chromium", marks=pytest.mark.browser)])
def phone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Any], Any]]:
    """What runs the app's code: Node, or a page in a real Chromium with the app's own policy."""
    if request.param == "node":
        yield in_node
        return
    browser = request.getfixturevalue("chromium")
    with laboratory(browser, tmp_path) as page:
        yield lambda given: page.evaluate(IN_THE_PAGE, given)


IN_THE_PAGE = """
async (given) => {
  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const floats = (base64) => new Float32Array(bytes(base64).buffer);
  const model = window.laboratory;
  await model.open(bytes(given.bundle), floats(given.vector));
  const playlists = [];
  for (const { values, tracks, allowed, recency, familiarity, request } of given.playlists) {
    const features = await model.described(floats(values), tracks);
    const known = { recency: floats(recency), familiarity: floats(familiarity) };
    playlists.push((await model.playlist({ features, allowed, ...known }, request)).choices);
  }
  const vectors = [];
  for (const { features, mood, outcome, weight } of given.ratings) {
    const answers = { outcome: floats(outcome), weight: floats(weight) };
    vectors.push([...await model.adapt({ features: floats(features), mood, ...answers })]);
  }
  const cut = bytes(given.bundle).slice(0, -1);
  const broken = await model.open(cut, floats(given.vector)).catch((problem) => problem.name);
  return { playlists, vectors, broken };
}
"""


def test_two_hundred_playlists_and_every_vector_are_the_same(
    bundle: bytes, vector: Floats, phone: Callable[[Any], Any]
) -> None:
    generator = np.random.default_rng(6)
    package = Package(bundle, vector.copy())
    asked = [
        (candidates(generator, int(generator.integers(1, 300))), request(generator))
        for _ in range(CASES)
    ]
    ratings = [
        {
            "features": some_tracks(1, seed=number)[0],
            "mood": generator.uniform(-1, 1, 2).tolist(),
            "outcome": generator.uniform(-1, 1, 3).astype(np.float32),
            "weight": generator.integers(0, 2, 3).astype(np.float32),
        }
        for number in range(RATINGS)
    ]
    given = {
        "bundle": base64.b64encode(bundle).decode(),
        "vector": b64(vector),
        "playlists": [
            {
                "values": b64(offered.features),
                "tracks": [str(row) for row in range(len(offered.features))],
                "allowed": offered.allowed.tolist(),
                "recency": b64(offered.recency),
                "familiarity": b64(offered.familiarity),
                "request": asdict(wanted),
            }
            for offered, wanted in asked
        ],
        "ratings": [
            {key: value if key == "mood" else b64(value) for key, value in rating.items()}
            for rating in ratings
        ],
    }
    made = phone(given)

    for (offered, wanted), choices in zip(asked, made["playlists"], strict=True):
        ours = package.playlist(offered, wanted)
        assert [choice["row"] for choice in choices] == [choice.row for choice in ours]
        for theirs, choice in zip(choices, ours, strict=True):
            assert theirs["predicted"] == pytest.approx(choice.predicted, abs=2e-6)
            assert theirs["deviation"] == pytest.approx(choice.deviation, abs=2e-6)
            assert theirs["waypoint"] == pytest.approx(choice.waypoint, abs=2e-6)
            assert theirs["terms"] == pytest.approx(choice.terms, abs=2e-6)
            assert theirs["liking"] == pytest.approx(choice.liking, abs=2e-5)
            assert theirs["logProbability"] == pytest.approx(choice.log_probability, abs=1e-4)
    for rating, numbers in zip(ratings, made["vectors"], strict=True):
        package.adapt(**rating)
        assert numbers == pytest.approx(package.vector.tolist(), abs=2e-6)
    assert made["broken"] == "BadBundle"
