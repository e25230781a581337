"""From listeners to a released base."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from adaptation import services
from adaptation.learning import measuring
from adaptation.learning.bases import Base
from adaptation.learning.datasets import situnes
from adaptation.learning.schema import FeatureSchema
from adaptation.learning.simulation import simulate_history
from adaptation.learning.support import Support
from adaptation.learning.training import Progress, TrainingSettings, meta_train
from adaptation.models import BaseModel
from therapy.models import TrackFeatures

FEWEST_TRACKS = 10
HELD_OUT = 5  # one listener in five is kept for measuring
RATINGS_EACH = 30


class NotEnough(Exception):
    """There is too little to train on; the text says what is missing."""


@dataclass(frozen=True)
class Listeners:
    """Whom a base is trained on."""

    histories: Sequence[Support]
    schema: FeatureSchema
    described: str
    simulated: bool


def simulated_listeners(*, schema: FeatureSchema, count: int, seed: int) -> Listeners:
    """People who do not exist, listening to the tracks that this installation has.

    Raises NotEnough when fewer than FEWEST_TRACKS tracks are described under the schema.
    """
    values = list(
        TrackFeatures.objects.filter(schema__name=schema.name, schema__version=schema.version)
        .order_by("track__external_id")
        .values_list("values", flat=True)
    )
    if len(values) < FEWEST_TRACKS:
        raise NotEnough(
            f"{len(values)} tracks have features under {schema.label}; simulated listeners need "
            f"at least {FEWEST_TRACKS} to listen to. `manage.py compose_catalogue` makes some."
        )
    generator = np.random.default_rng(seed)
    tracks = np.array(values, np.float32)
    histories = [
        simulate_history(schema, tracks, ratings=RATINGS_EACH, generator=generator)
        for _ in range(count)
    ]
    return Listeners(histories, schema, f"{count} simulated listeners", simulated=True)


def situnes_listeners(folder: Path) -> Listeners:
    """The real listeners of SiTunes. Raises situnes.BadData."""
    histories = list(situnes.histories(situnes.read(folder)).values())
    described = f"{len(histories)} listeners of SiTunes (research data, no licence stated)"
    return Listeners(histories, situnes.SCHEMA, described, simulated=False)


def train_and_release(
    *,
    name: str,
    listeners: Listeners,
    seed: int,
    steps: int,
    progress: Progress,
) -> tuple[BaseModel, list[measuring.Measured]]:
    """Train on four listeners in five, measure on the fifth, and release the base with what was
    measured."""
    held_out = [h for place, h in enumerate(listeners.histories) if place % HELD_OUT == 0]
    training = [h for place, h in enumerate(listeners.histories) if place % HELD_OUT]
    if not training:
        raise NotEnough(f"Training needs at least 2 listeners; there are {len(held_out)}.")
    learner = meta_train(
        training,
        seed=seed,
        resolution=listeners.schema.weights("resolution"),
        settings=TrainingSettings(steps=steps),
        progress=progress,
    )
    measured = measuring.measure(learner, held_out)
    release = services.release_base(
        name=name,
        base=Base(learner, listeners.schema.label, listeners.schema.weights("transition")),
        schema=listeners.schema,
        trained_on=listeners.described,
        simulated=listeners.simulated,
        seed=seed,
        metrics={
            "listeners": {"trained": len(training), "held_out": len(held_out)},
            "few_shot": [asdict(row) for row in measured],
        },
    )
    return release, measured
