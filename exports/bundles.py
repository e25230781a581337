"""A base as phones fetch it: once, for all patients who use it.

A ZIP archive with

    manifest.json   what it is, and the names, shapes and order of everything in it
    items.f32       what the base learned of single tracks, rows of little-endian 32-bit floats
    adapt.onnx, playlist.onnx                           for ONNX Runtime (web, Android)
    adapt-float32.mlpackage/…, playlist-….mlpackage/…   for Core ML (iOS)

It says nothing of any patient, and names no clinic's track: tracks go by a digest of their name.
Equal content is equal bytes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS
from adaptation.learning.waypoints import GUARDS
from adaptation.models import BaseModel
from exports.archives import write_archive
from exports.converted import Converted
from exports.graphs import graphs_of
from exports.kinds import BUNDLES, FORMAT
from therapy.catalogue.models import digest_of_key

PLAYLIST_WEIGHTS: Final = {
    "liking": 0.3,
    "familiarity": 0.1,
    "transition": 0.1,
    "fatigue": 0.3,
    "exploration": 0.0,
    "temperature": 0.05,
}
"""What the planner weighs, in the order of adaptation.learning.playlist.WEIGHTS: distances in the
affect plane count 1, so a liking of 5 of 5 is worth a detour of 0.3. Exploration weighs nothing for
as long as it has not been shown to be worth what it costs the patient."""


def bundle_of(release: BaseModel, base: Base, kind: str, graphs: Sequence[Converted]) -> bytes:
    """The archive of a kind, from the graphs in all formats."""
    inside = [graph for graph in graphs if BUNDLES[kind][graph.name] == graph.format]
    known = sorted((digest_of_key(key), key) for key in base.items)
    columns = base.learner.settings.item_columns
    rows = np.array([base.items[key] for _, key in known], "<f4").reshape(len(known), columns)
    manifest = {
        "format": FORMAT,
        "kind": kind,
        "base": {
            "name": release.name,
            "version": release.version,
            "sha256": release.weights_sha256,
            "trained_on": release.trained_on,
            "simulated": release.simulated,
            "vector": release.vector_size,
        },
        "schema": {
            "name": release.schema.name,
            "version": release.schema.version,
            "columns": release.schema.columns,
        },
        "items": {"columns": columns, "tracks": [digest for digest, _ in known]},
        "outcomes": list(OUTCOMES),
        "adapting": [asdict(found) for found in base.evidence],
        "playlist": {
            "most_tracks": MOST_TRACKS,
            "guards": list(GUARDS),
            "weights": [{"name": n, "value": value} for n, value in PLAYLIST_WEIGHTS.items()],
            "terms": list(TERMS),
        },
        "graphs": [_described(base, graph) for graph in inside],
    }
    entries = {"manifest.json": _json(manifest), "items.f32": rows.tobytes()}
    for graph in inside:
        entries |= graph.entries()
    return write_archive(entries)


def _described(base: Base, graph: Converted) -> dict[str, Any]:
    ports = next(spec for spec in graphs_of(base) if spec.name == graph.name)
    return {
        "name": graph.name,
        "format": graph.format,
        "path": graph.path,
        "inputs": [asdict(port) for port in ports.inputs],
        "outputs": [asdict(port) for port in ports.outputs],
    }


def _json(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
