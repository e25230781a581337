"""A playlist by the exported graph (ONNX Runtime) against the same module in PyTorch, one core.

make bench
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bases import untrained
from benchmarks.timing import report, side_by_side
from exports.conversion import to_onnx
from exports.graphs import adapt_graph, playlist_graph
from exports.onnx_runtime import onnx_runner


def main() -> None:
    base, generator = untrained(), np.random.default_rng(0)
    playlist, adapt = playlist_graph(base), adapt_graph(base)
    run, run_adapt = onnx_runner(to_onnx(playlist)), onnx_runner(to_onnx(adapt))
    rated = adapt.sample(1, generator)
    for tracks in (1_000, 10_000):
        inputs = playlist.sample(tracks, generator)
        if not np.array_equal(run(inputs)["order"], playlist.run(inputs)["order"]):
            raise SystemExit("The two ways disagree; the times would mean nothing.")
        times = side_by_side(
            {
                "playlist, ONNX Runtime": lambda inputs=inputs: run(inputs),
                "playlist, PyTorch": lambda inputs=inputs: playlist.run(inputs),
                "adapt, ONNX Runtime": lambda: run_adapt(rated),
            }
        )
        report(
            f"a playlist of 8 from {tracks} tracks, PyTorch / ONNX Runtime",
            times["playlist, PyTorch"] / times["playlist, ONNX Runtime"],
            {"milliseconds": times},
        )


if __name__ == "__main__":
    main()
