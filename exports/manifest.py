"""What a package says of itself: enough for an app to use it without reading our code."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS
from adaptation.learning.waypoints import GUARDS
from adaptation.models import PatientModel
from exports.converted import Converted
from exports.graphs import graphs_of
from exports.packages import FORMAT

PLAYLIST_WEIGHTS: Final = {
    "liking": 0.3,
    "familiarity": 0.1,
    "transition": 0.1,
    "fatigue": 0.3,
    "temperature": 0.05,
}
"""What the planner weighs, in the order of adaptation.learning.playlist.WEIGHTS: distances in the
affect plane count 1, so a liking of 5 of 5 is worth a detour of 0.3."""


def manifest_of(model: PatientModel, base: Base, graphs: Iterable[Converted]) -> dict[str, Any]:
    """The manifest of a package that holds these graphs."""
    release = model.base
    schema = release.schema
    ports = {graph.name: graph for graph in graphs_of(base)}
    return {
        "format": FORMAT,
        "model": {
            "id": str(model.id),
            "version": model.version,
            "rated_tracks": model.support_count,
            "created_at": model.created_at.isoformat(),
        },
        "base": {
            "name": release.name,
            "version": release.version,
            "sha256": release.weights_sha256,
            "trained_on": release.trained_on,
            "simulated": release.simulated,
        },
        "schema": {"name": schema.name, "version": schema.version, "columns": schema.columns},
        "outcomes": list(OUTCOMES),
        "playlist": {
            "most_tracks": MOST_TRACKS,
            "guards": list(GUARDS),
            "weights": [{"name": n, "value": value} for n, value in PLAYLIST_WEIGHTS.items()],
            "terms": list(TERMS),
        },
        "graphs": [
            {
                "name": graph.name,
                "format": graph.format,
                "sha256": graph.sha256,
                "inputs": [asdict(port) for port in ports[graph.name].inputs],
                "outputs": [asdict(port) for port in ports[graph.name].outputs],
            }
            for graph in graphs
        ],
    }
