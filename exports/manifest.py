"""What a package says of itself: enough for an app to use it without reading our code."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS
from adaptation.learning.waypoints import GUARDS
from adaptation.models import PatientModel
from exports.converted import Converted
from exports.graphs import graphs_of
from exports.packages import FORMAT
from therapy.catalogue.selectors import FeatureTable

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


@dataclass(frozen=True)
class KnownTracks:
    """The tracks of a clinic that a base has columns of its own for."""

    tracks: list[str]  # M ids
    columns: NDArray[np.float32]  # [M, J]

    @classmethod
    def of(cls, base: Base, table: FeatureTable) -> "KnownTracks":
        known = [row for row, key in enumerate(table.keys) if key in base.items]
        inputs = base.inputs(table.values[known], [table.keys[row] for row in known])
        return cls(
            [str(table.track_ids[row]) for row in known],
            inputs[:, base.learner.settings.features :],
        )


def manifest_of(
    model: PatientModel, base: Base, graphs: Iterable[Converted], items: KnownTracks
) -> dict[str, Any]:
    """The manifest of a package that holds these graphs and these tracks' columns."""
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
        "items": {"columns": items.columns.shape[1], "tracks": items.tracks},
        "outcomes": list(OUTCOMES),
        "adapting": [asdict(found) for found in base.evidence],
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
