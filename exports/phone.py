"""What a phone does with its model: adapt it and make a playlist, from the exported files alone.

Reference for the apps. It needs NumPy and ONNX Runtime and knows nothing of PyTorch, of Django or
of the database: everything comes from the bundle, the record's vector, the catalogue's features,
and what the patient does. What must be checked before is in exports/signing/accepting.py.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exports.kinds import FORMAT
from exports.noise import gumbel
from exports.onnx_runtime import onnx_runner

Floats = NDArray[np.float32]
Mood = tuple[float, float]

RECENT_DAYS: Final = 3.0
"""Days after which a track counts as heard 1/e as recently."""

# What a damaged archive, manifest, vector or graph makes its reader raise.
UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
)


class BadPackage(Exception):
    """The file is not a package that this version reads."""


@dataclass(frozen=True)
class Candidates:
    """The tracks to choose from, N of them, in the columns that the package names."""

    features: Floats  # [N, width], as Package.described makes them
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
    """A base for ONNX Runtime with a patient's vector, opened."""

    def __init__(self, bundle: bytes, vector: Floats) -> None:
        """Raises BadPackage for anything but an ONNX bundle of this format, and for a vector of
        another length than the base's."""
        try:
            with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
                self.manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
                items = np.frombuffer(archive.read("items.f32"), "<f4")
                graphs = {name: archive.read(f"{name}.onnx") for name in ("adapt", "playlist")}
            self._graphs = {name: onnx_runner(graph) for name, graph in graphs.items()}
            known = self.manifest["items"]
            columns = items.reshape(len(known["tracks"]), known["columns"])
            self._items = dict(zip(known["tracks"], columns, strict=True))
            written_as, numbers = self.manifest["format"], self.manifest["base"]["vector"]
        except UNREADABLE as problem:
            raise BadPackage(f"This is not a bundle for ONNX Runtime: {problem}.") from problem
        if written_as != FORMAT:
            raise BadPackage(f"The bundle's format is {written_as}; this reads {FORMAT}.")
        if vector.shape != (numbers,):
            raise BadPackage(f"The vector has {vector.size} numbers; the base's have {numbers}.")
        self.vector = vector

    @property
    def most_tracks(self) -> int:
        """K, the longest playlist that the graph makes."""
        return int(self.manifest["playlist"]["most_tracks"])

    def described(self, values: Floats, tracks: Sequence[str]) -> Floats:
        """What the graphs read of tracks: the catalogue's values [N, F] of the tracks with these
        keys, then what the base learned of them, or zeros where it does not know them."""
        unknown = np.zeros(self.manifest["items"]["columns"], np.float32)
        columns = [self._items.get(track, unknown) for track in tracks]
        return np.concatenate([values, np.reshape(columns, (len(values), len(unknown)))], axis=1)

    def adapt(self, features: Floats, mood: Mood, outcome: Floats, weight: Floats) -> None:
        """Take in one rated track: from here on the package's vector knows it."""
        rated = {
            "vector": self.vector,
            "features": features,
            "mood": np.array(mood, np.float32),
            "outcome": outcome,
            "weight": weight,
        }
        self.vector = self._graphs["adapt"](rated)["adapted"]

    def playlist(self, candidates: Candidates, request: Request) -> list[Choice]:
        """The playlist for a request, as long as its curve (at most `most_tracks`); shorter when
        too few tracks are allowed."""
        outputs = self._graphs["playlist"](self._inputs(candidates, request))
        return [
            self._choice(outputs, k) for k in range(len(request.curve)) if outputs["order"][k] >= 0
        ]

    def _inputs(self, candidates: Candidates, request: Request) -> dict[str, Floats]:
        curve = np.zeros(self.most_tracks)
        curve[: len(request.curve)] = request.curve
        noise = gumbel(request.seed, self.most_tracks, len(candidates.features))
        inputs = {
            "features": candidates.features,
            "allowed": candidates.allowed,
            "recency": candidates.recency,
            "familiarity": candidates.familiarity,
            "vector": self.vector,
            "mood": request.mood,
            "target": request.target,
            "curve": curve,
            "guards": [request.guards[name] for name in self.manifest["playlist"]["guards"]],
            "weights": list(self._weights.values()),
            "noise": noise,
        }
        return {name: np.asarray(values, np.float32) for name, values in inputs.items()}

    def _choice(self, outputs: dict[str, NDArray[Any]], k: int) -> Choice:
        names = self.manifest["playlist"]["terms"]
        terms = dict(zip(names, map(float, outputs["terms"][k]), strict=True))
        return Choice(
            row=int(outputs["order"][k]),
            waypoint=_mood(outputs["waypoints"][k]),
            predicted=_mood(outputs["path"][k]),
            deviation=_mood(outputs["deviation"][k]),
            log_probability=float(outputs["log_probability"][k]),
            terms=terms,
            liking=_liking(terms["liking"], self._weights["liking"]),
        )

    @property
    def _weights(self) -> dict[str, float]:
        listed = self.manifest["playlist"]["weights"]
        return {weight["name"]: weight["value"] for weight in listed}


def recency(days_since: NDArray[np.float64]) -> Floats:
    """How recently each track was heard, 1 (just now) to 0 (never: infinite days)."""
    return np.exp(-days_since / RECENT_DAYS).astype(np.float32)


def _liking(term: float, weight: float) -> float | None:
    """The liking 1..5 behind a weighed term on the scale −1..1."""
    return min(max(3.0 + 2.0 * term / weight, 1.0), 5.0) if weight > 0 else None


def _mood(values: Floats) -> Mood:
    return float(values[0]), float(values[1])
