"""From listeners to a released base."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from adaptation import services
from adaptation.learning import measuring
from adaptation.learning.bases import Base
from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.learners import offset
from adaptation.learning.learners.base import Learner
from adaptation.learning.schema import FeatureSchema
from adaptation.learning.simulation import simulate_history
from adaptation.learning.support import Support
from adaptation.learning.training import FEWEST_PEOPLE, Progress, meta_train
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
    members: Sequence[services.Member] = ()  # those of them who are patients here


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
    """The real listeners of SiTunes. Raises BadData."""
    histories = list(situnes.histories(situnes.read(folder)).values())
    described = f"{len(histories)} listeners of SiTunes (research data, no licence stated)"
    return Listeners(histories, situnes.SCHEMA, described, simulated=False)


@dataclass(frozen=True)
class Trained:
    """A base that is not released yet, and the listeners that its training was not shown."""

    base: Base
    plain: Learner  # mean and offset, fitted on the same listeners
    listeners: Listeners
    held_out: Sequence[Support]


def train(*, listeners: Listeners, seed: int, progress: Progress) -> Trained:
    """Train on four listeners in five. Raises NotEnough for fewer than three."""
    held_out = [h for place, h in enumerate(listeners.histories) if place % HELD_OUT == 0]
    training = [h for place, h in enumerate(listeners.histories) if place % HELD_OUT]
    schema = listeners.schema
    if len(training) < FEWEST_PEOPLE:
        raise NotEnough(
            f"Training needs at least {FEWEST_PEOPLE + 1} listeners, one of them to measure on; "
            f"there are {len(listeners.histories)}."
        )
    ratings = rating_set(training, schema.columns, listeners.described)
    resolution = np.array(schema.weights("resolution"))
    trained = meta_train(ratings, seed=seed, resolution=resolution, progress=progress)
    base = Base(
        trained.learner,
        schema.label,
        schema.weights("transition"),
        trained.items,
        trained.evidence,
    )
    return Trained(base, offset.fit(ratings, seed=seed), listeners, held_out)


def measure_and_release(
    *, name: str, trained: Trained, seed: int
) -> tuple[BaseModel, list[measuring.Measured]]:
    """Measure on the listeners that training was not shown, and release the base with that and
    with the patients who were part of it. Raises services.ConsentWithdrawn."""
    listeners, held_out = trained.listeners, len(trained.held_out)
    measured = measuring.measure(
        trained.base, trained.plain, trained.held_out, listeners.schema.columns
    )
    release = services.release_base(
        name=name,
        base=trained.base,
        schema=listeners.schema,
        trained_on=listeners.described,
        simulated=listeners.simulated,
        seed=seed,
        metrics={
            "listeners": {"trained": len(listeners.histories) - held_out, "held_out": held_out},
            "few_shot": [asdict(row) for row in measured],
            "evidence": [asdict(found) for found in trained.base.evidence],
        },
        members=listeners.members,
    )
    return release, measured
