"""What a phone does with its package: adapt and make a playlist, from the exported files alone.

Reference for the apps. It needs NumPy and ONNX Runtime and knows nothing of PyTorch, of Django or
of the database: everything comes from the package, the catalogue's features, and what the
patient does.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from exports.packages import FORMAT

Floats = NDArray[np.float32]
Mood = tuple[float, float]

RECENT_DAYS: Final = 3.0
"""Days after which a track counts as heard 1/e as recently."""


class BadPackage(Exception):
    """The file is not a package that this version reads."""


@dataclass(frozen=True)
class Candidates:
    """The tracks to choose from, N of them, in the columns that the package names."""

    features: Floats  # [N, F]
    allowed: NDArray[np.bool_]  # [N]
    recency: Floats  # [N] 0..1
    familiarity: Floats  # [N] 0..1


@dataclass(frozen=True)
class Request:
    """What the playlist is for. `curve` has one number a track; `guards` by their names."""

    mood: Mood
    target: Mood
    curve: Sequence[float]
    guards: Mapping[str, float]
    seed: int


@dataclass(frozen=True)
class Choice:
    """One track of a playlist."""

    row: int  # which of the candidates
    waypoint: Mood
    predicted: Mood
    deviation: Mood
    log_probability: float
    terms: dict[str, float]  # what spoke for it and against it
    liking: float | None  # expected, 1..5; None where the package does not weigh it


class Package:
    """An ONNX package, opened."""

    def __init__(self, content: bytes) -> None:
        """Raises BadPackage for anything but an ONNX package of this format."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self.manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
                self.vector: Floats = np.frombuffer(archive.read("vector.f32"), "<f4")
                graphs = {name: archive.read(f"{name}.onnx") for name in ("adapt", "playlist")}
        except (zipfile.BadZipFile, KeyError, ValueError) as problem:
            raise BadPackage(f"This is not an ONNX package: {problem}.") from problem
        if self.manifest["format"] != FORMAT:
            raise BadPackage(f"The package's format is {self.manifest['format']}, not {FORMAT}.")
        self._graphs = {name: _session(graph) for name, graph in graphs.items()}

    @property
    def most_tracks(self) -> int:
        """K, the longest playlist that the graph makes."""
        return int(self.manifest["playlist"]["most_tracks"])

    def adapt(self, features: Floats, mood: Mood, outcome: Floats, weight: Floats) -> None:
        """Take in one rated track: from here on the package's vector knows it."""
        (self.vector,) = self._run(
            "adapt",
            vector=self.vector,
            features=features,
            mood=np.array(mood, np.float32),
            outcome=outcome,
            weight=weight,
        )

    def playlist(self, candidates: Candidates, request: Request) -> list[Choice]:
        """The playlist for a request, at most as long as its curve; shorter when too few tracks
        are allowed."""
        length = len(request.curve)
        settings = self.manifest["playlist"]
        weights = {weight["name"]: weight["value"] for weight in settings["weights"]}
        curve = np.zeros(self.most_tracks, np.float32)
        curve[:length] = request.curve
        noise = np.random.default_rng(request.seed).gumbel(
            size=(self.most_tracks, len(candidates.features))
        )
        order, waypoints, path, deviation, chances, terms, _ = self._run(
            "playlist",
            features=candidates.features,
            allowed=candidates.allowed.astype(np.float32),
            recency=candidates.recency,
            familiarity=candidates.familiarity,
            vector=self.vector,
            mood=np.array(request.mood, np.float32),
            target=np.array(request.target, np.float32),
            curve=curve,
            guards=np.array([request.guards[name] for name in settings["guards"]], np.float32),
            weights=np.array(list(weights.values()), np.float32),
            noise=noise.astype(np.float32),
        )
        named = [dict(zip(settings["terms"], map(float, row), strict=True)) for row in terms]
        return [
            Choice(
                row=int(order[k]),
                waypoint=_mood(waypoints[k]),
                predicted=_mood(path[k]),
                deviation=_mood(deviation[k]),
                log_probability=float(chances[k]),
                terms=named[k],
                liking=_liking(named[k]["liking"], weights["liking"]),
            )
            for k in range(length)
            if order[k] >= 0
        ]

    def _run(self, graph: str, **inputs: Any) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]] = self._graphs[graph].run(None, inputs)
        return outputs


def recency(days_since: NDArray[np.float64]) -> Floats:
    """How recently each track was heard, 1 (just now) to 0 (never: infinite days)."""
    return np.exp(-days_since / RECENT_DAYS).astype(np.float32)


def _liking(term: float, weight: float) -> float | None:
    """The liking 1..5 behind a weighed term on the scale −1..1."""
    return min(max(3.0 + 2.0 * term / weight, 1.0), 5.0) if weight > 0 else None


def _mood(values: Floats) -> Mood:
    return float(values[0]), float(values[1])


def _session(graph: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
