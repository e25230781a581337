"""What bench_phone.py measures, once Django is set up."""

import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from adaptation.models import BaseModel
from benchmarks.bases import FEATURES, untrained
from benchmarks.timing import report, side_by_side
from exports.bundles import bundle_of
from exports.conversion import to_onnx
from exports.converted import Converted
from exports.graphs import graphs_of
from exports.phone import Candidates, Package, Request
from tests.browsing import QUIET
from tests.needs import require
from tests.phone.laboratory import laboratory
from therapy.models import FeatureSchema

GUARDS = {"lowest_valence": -0.6, "largest_step": 0.35, "hold_radius": 0.15}
CURVE = [1, 0.75, 0.5, 0.25, 0]
BARS = {1_000: 60, 10_000: 300, "adapt": 20}  # ms
ROUNDS = 15
IN_THE_PAGE = """
async ({ bundle, vector, tracks, columns, request, rounds }) => {
  const bytes = Uint8Array.from(atob(bundle), (letter) => letter.charCodeAt(0));
  const model = window.laboratory;
  await model.open(bytes, Float32Array.from(vector));
  const draw = (count) => Float32Array.from({ length: count }, () => Math.random() * 2 - 1);
  const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const timed = async (work) => {
    await work();
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const playlists = {};
  for (const count of tracks) {
    const candidates = {
      features: draw(count * columns),
      allowed: Array(count).fill(true),
      recency: new Float32Array(count),
      familiarity: new Float32Array(count),
    };
    playlists[count] = await timed(() => model.playlist(candidates, request));
  }
  const rated = { features: draw(columns), mood: [-0.5, 0.5] };
  const answers = { outcome: Float32Array.of(0.5, 0, 0), weight: Float32Array.of(1, 0, 0) };
  return { playlists, adapt: await timed(() => model.adapt({ ...rated, ...answers })) };
}
"""


def bundle() -> tuple[bytes, np.ndarray[Any, Any]]:
    """Of an untrained base of the usual shape, and its patient who rated nothing."""
    base = untrained()
    schema = FeatureSchema(
        name="attune-audio", version=1, features=[{"name": str(n)} for n in range(FEATURES)]
    )
    release = BaseModel(
        name="untrained",
        version=1,
        schema=schema,
        weights_sha256="0" * 64,
        vector_size=base.learner.vector_size,
    )
    graphs = [Converted(graph.name, "onnx", to_onnx(graph)) for graph in graphs_of(base)]
    return bundle_of(release, base, "onnx", graphs), base.learner.prior().numpy()


def measure() -> None:
    archive, vector = bundle()
    package = Package(archive, vector.copy())
    request = Request((-0.4, 0.6), (0.5, -0.5), CURVE, GUARDS, seed=1)
    given = {
        "bundle": b64encode(archive).decode(),
        "vector": vector.tolist(),
        "tracks": [count for count in BARS if isinstance(count, int)],
        "columns": FEATURES,
        "request": {"mood": (-0.4, 0.6), "target": (0.5, -0.5), "curve": CURVE}
        | {"guards": GUARDS, "seed": 1},
        "rounds": ROUNDS,
    }
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(executable_path=require("chromium"), args=QUIET)
        with laboratory(chromium, Path(folder)) as page:
            found = page.evaluate(IN_THE_PAGE, given)
        chromium.close()
    generator = np.random.default_rng(0)
    for count in given["tracks"]:
        offered = Candidates(
            features=generator.uniform(-1, 1, (count, FEATURES)).astype(np.float32),
            allowed=np.ones(count, np.bool_),
            recency=np.zeros(count, np.float32),
            familiarity=np.zeros(count, np.float32),
        )
        here = side_by_side({"here": lambda offered=offered: package.playlist(offered, request)})
        _tell(f"a playlist from {count} tracks", found["playlists"][str(count)], here, BARS[count])
    rated = {
        "features": generator.uniform(-1, 1, FEATURES).astype(np.float32),
        "mood": (-0.5, 0.5),
        "outcome": np.float32([0.5, 0, 0]),
        "weight": np.float32([1, 0, 0]),
    }
    here = side_by_side({"here": lambda: package.adapt(**rated)})
    _tell("adapting to one rated track", found["adapt"], here, BARS["adapt"])


def _tell(what: str, browser: float, here: dict[str, float], bar: int) -> None:
    times = {"browser": round(browser, 2), "native": here["here"]}
    report(
        f"{what}, in the browser / by ONNX Runtime here",
        browser / here["here"],
        {"milliseconds": times, "bar_milliseconds": bar},
    )
