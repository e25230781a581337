from contextlib import AbstractContextManager, nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.management.base import OutputWrapper

from adaptation.basetraining import (
    Listeners,
    NotEnough,
    measure_and_release,
    simulated_listeners,
    situnes_listeners,
    train,
)
from adaptation.learning import distributed
from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.measuring import Measured
from adaptation.learning.outcomes import OUTCOMES
from adaptation.models import BaseModel
from adaptation.pooled import ORIGINS, CannotPool, clinic_listeners
from adaptation.schemas import ATTUNE_AUDIO, SCHEMAS
from adaptation.services import ConsentWithdrawn
from therapy.management.arguments import whole_number
from therapy.management.plainly import told_plainly
from therapy.management.progress import Progress, progress_bar
from therapy.people.selectors import clinic_of

REFUSALS = (NotEnough, CannotPool, ConsentWithdrawn, BadData, ValueError)


class Command(BaseCommand):
    help = (
        "Meta-train a base and release it: on simulated listeners over the tracks of this "
        "installation, on the real listeners of a data set, or on a clinic's own patients, those "
        "who consent to pooled learning. Several processes share the training of one base under "
        "`torchrun --nproc-per-node N manage.py meta_train`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", default=ATTUNE_AUDIO.label, choices=sorted(SCHEMAS))
        others = parser.add_mutually_exclusive_group()
        others.add_argument(
            "--situnes", type=Path, metavar="DIR", help="train on this copy of SiTunes instead"
        )
        others.add_argument(
            "--clinic", metavar="SLUG", help="train on this clinic's patients instead"
        )
        parser.add_argument(
            "--origin", choices=ORIGINS, help="which of the clinic's patients, where both consent"
        )
        parser.add_argument("--listeners", type=whole_number(2), default=400, help="simulated ones")
        parser.add_argument("--seed", type=whole_number(0), default=1)
        parser.add_argument(
            "--unless-released", action="store_true", help="do nothing if the name has a base"
        )
        parser.add_argument("--name", help="of the base; by default the clinic's or the schema's")

    def handle(self, **options: Any) -> None:
        team = distributed.team()
        if not team.is_first:
            self.stdout = OutputWrapper(StringIO())  # the first process speaks for all
        schema = situnes.SCHEMA if options["situnes"] else SCHEMAS[options["schema"]]
        name = options["name"] or options["clinic"] or schema.name
        try:
            listeners = team.from_first(lambda: self._listeners(name, options))
            if listeners is None:
                return
            with _progress(team) as show:
                trained = train(
                    listeners=listeners,
                    seed=options["seed"],
                    progress=lambda step, steps: show(step, steps, ""),
                )
            if not team.is_first:
                return
            release, measured = measure_and_release(
                name=name, trained=trained, seed=options["seed"]
            )
        except REFUSALS as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Released base {release}, trained on {release.trained_on}.")
        for line in table(measured, simulated=release.simulated):
            self.stdout.write(line)

    def _listeners(self, name: str, options: dict[str, Any]) -> Listeners | None:
        """Whom to train on; None when there is nothing to do."""
        held = BaseModel.objects.filter(name=name).first()
        if held is not None and options["unless_released"]:
            self.stdout.write(f"Base {held} is there, trained on {held.trained_on}.")
            return None
        listeners = _listeners(options)
        self.stdout.write(f"Training on {listeners.described}, schema {listeners.schema.label}.")
        return listeners


def _progress(team: distributed.Team) -> AbstractContextManager[Progress]:
    if team.is_first:
        return progress_bar("Meta-training", unit="step")
    return nullcontext(lambda step, steps, note: None)


def _listeners(options: dict[str, Any]) -> Listeners:
    if options["situnes"] is not None:
        return situnes_listeners(options["situnes"])
    if options["clinic"] is not None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
        return clinic_listeners(clinic=clinic, origin=options["origin"])
    return simulated_listeners(
        schema=SCHEMAS[options["schema"]], count=options["listeners"], seed=options["seed"]
    )


def table(measured: list[Measured], *, simulated: bool) -> list[str]:
    """What was measured, in columns."""
    who = "simulated listeners" if simulated else "listeners"
    told = [name for name in OUTCOMES if name in measured[0].adapted]
    lines = [
        f"Error (RMSE, scale −1..1) on {who} that training never met: adapted / offset only",
        "  K ratings   " + "   ".join(f"{name:>13}" for name in told),
    ]
    for row in measured:
        cells = (f"{row.adapted[name]:.3f} / {row.offset_only[name]:.3f}" for name in told)
        lines.append(f"  {row.shots:>9}   " + "   ".join(cells))
    return lines
