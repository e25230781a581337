from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.basetraining import (
    Listeners,
    NotEnough,
    simulated_listeners,
    situnes_listeners,
    train_and_release,
)
from adaptation.learning.datasets import situnes
from adaptation.learning.measuring import Measured
from adaptation.learning.outcomes import OUTCOMES
from adaptation.models import BaseModel
from adaptation.schemas import ATTUNE_AUDIO, SCHEMAS
from therapy.management.arguments import whole_number
from therapy.management.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Meta-train a base and release it: on simulated listeners over the tracks of this "
        "installation, or on the real listeners of a data set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", default=ATTUNE_AUDIO.label, choices=sorted(SCHEMAS))
        parser.add_argument(
            "--situnes", type=Path, metavar="DIR", help="train on this copy of SiTunes instead"
        )
        parser.add_argument("--listeners", type=whole_number(2), default=400, help="simulated ones")
        parser.add_argument("--steps", type=whole_number(1), default=600)
        parser.add_argument("--seed", type=whole_number(0), default=1)
        parser.add_argument(
            "--unless-released", action="store_true", help="do nothing if the name has a base"
        )
        parser.add_argument("--name", help="of the base; by default the schema's")

    def handle(self, **options: Any) -> None:
        schema = situnes.SCHEMA if options["situnes"] else SCHEMAS[options["schema"]]
        name = options["name"] or schema.name
        held = BaseModel.objects.filter(name=name).first()
        if held is not None and options["unless_released"]:
            self.stdout.write(f"Base {held} is there, trained on {held.trained_on}.")
            return
        try:
            listeners = _listeners(options)
            self.stdout.write(
                f"Training on {listeners.described}, schema {listeners.schema.label}."
            )
            with progress_bar("Meta-training", unit="step") as show:
                release, measured = train_and_release(
                    name=name,
                    listeners=listeners,
                    seed=options["seed"],
                    steps=options["steps"],
                    progress=lambda step, steps, loss: show(step, steps, f"loss {loss:.3f} nats"),
                )
        except (NotEnough, situnes.BadData, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Released base {release}, trained on {release.trained_on}.")
        for line in table(measured, simulated=release.simulated):
            self.stdout.write(line)


def _listeners(options: dict[str, Any]) -> Listeners:
    if options["situnes"] is not None:
        return situnes_listeners(options["situnes"])
    return simulated_listeners(
        schema=SCHEMAS[options["schema"]], count=options["listeners"], seed=options["seed"]
    )


def table(measured: list[Measured], *, simulated: bool) -> list[str]:
    """What was measured, in columns."""
    who = "simulated listeners" if simulated else "listeners"
    lines = [
        f"Error (RMSE, scale −1..1) on {who} that training never met: adapted / offset only",
        "  K ratings   " + "   ".join(f"{name:>13}" for name in OUTCOMES),
    ]
    for row in measured:
        cells = (f"{row.adapted[name]:.3f} / {row.offset_only[name]:.3f}" for name in OUTCOMES)
        lines.append(f"  {row.shots:>9}   " + "   ".join(cells))
    return lines
