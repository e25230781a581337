import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.learning.datasets import folders
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.evaluation import few_shot, report
from adaptation.learning.evaluation.few_shot import FewShot
from adaptation.learning.evaluation.folds import TooFew
from adaptation.learning.evaluation.store import ResultStore
from adaptation.learning.learners import registry
from therapy.management.arguments import whole_number
from therapy.management.progress import Progress, progress_bar

FEW_SHOT = "few-shot"
ACTIVE = "active"
NOT_ACTIVE = ("learner", "support")
STDOUT = Path("-")
LEARNERS = ("offset", "ridge", registry.DEFAULT)


class Command(BaseCommand):
    help = (
        "Measure learners on real ratings: whether a few of a person's ratings help to answer for "
        "them (docs/evaluation.md). What is finished is kept: started again, it goes on."
    )
    requires_system_checks = ()  # it uses neither the database nor the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--protocol", choices=(FEW_SHOT, ACTIVE), default=FEW_SHOT)
        parser.add_argument(
            "--data", type=Path, required=True, metavar="DIR", help="the folder of the data set"
        )
        parser.add_argument(
            "--learner",
            action="extend",
            type=_several(str),
            metavar="NAME,…",
            help=f"one or more of {', '.join(registry.RECIPES)}, or all; "
            f"default {','.join(LEARNERS)}",
        )
        parser.add_argument(
            "--shots", type=_several(whole_number(0)), metavar="K,…", help="default 0,1,3,5,10"
        )
        parser.add_argument("--folds", type=whole_number(2), help="default 10")
        parser.add_argument(
            "--seeds",
            type=_several(whole_number(0)),
            metavar="SEED,…",
            help="default 0,1,2",
        )
        parser.add_argument(
            "--support",
            choices=("first", "random"),
            help="which ratings are given: the first (default), or drawn by the seed",
        )
        parser.add_argument(
            "--json",
            type=Path,
            metavar="FILE",
            help="write the result there; - prints it, not the table",
        )
        parser.add_argument(
            "--fresh", action="store_true", help="make anew what was kept from an earlier run"
        )

    def handle(self, **options: Any) -> None:
        _check_writable(options["json"])
        try:
            result, table = _evaluated(options)
        except (BadData, TooFew, registry.UnknownLearner) as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt as stopped:
            raise CommandError(
                "Stopped. What is finished is kept: the same command, without --fresh, goes on."
            ) from stopped
        if options["json"] == STDOUT:
            self.stdout.write(report.as_json(result))
            return
        self.stdout.write(table)
        if options["json"] is not None:
            report.write_json(options["json"], result)


def _evaluated(options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The result, ready for JSON, and as a table."""
    learners = registry.names(options["learner"] or LEARNERS)
    store = ResultStore(Path(settings.VAR) / "evaluations", fresh=options["fresh"])
    with progress_bar("Evaluating", unit="fold") as progress:
        if options["protocol"] == ACTIVE:
            return _active(options, store, progress)
        return _few_shot(options, learners, store, progress)


def _few_shot(
    options: dict[str, Any], learners: Sequence[str], store: ResultStore, progress: Progress
) -> tuple[dict[str, Any], str]:
    plain = FewShot()
    protocol = FewShot(
        shots=tuple(sorted(set(options["shots"] or plain.shots))),
        folds=options["folds"] or plain.folds,
        seeds=tuple(dict.fromkeys(options["seeds"] or plain.seeds)),
        random_support=options["support"] == "random",
    )
    data = folders.read(options["data"])
    result = few_shot.evaluate(data, learners, protocol, store=store, progress=progress)
    return result, report.as_table(result)


def _active(
    options: dict[str, Any], store: ResultStore, progress: Progress
) -> tuple[dict[str, Any], str]:
    for name in NOT_ACTIVE:
        if options[name] is not None:
            raise CommandError(f"--{name} does not belong to the protocol {ACTIVE}.")
    from adaptation.learning.evaluation import active_support

    plain = active_support.ActiveSupport()
    protocol = active_support.ActiveSupport(
        shots=tuple(sorted(set(options["shots"] or plain.shots))),
        folds=options["folds"] or plain.folds,
        seeds=tuple(dict.fromkeys(options["seeds"] or plain.seeds)),
    )
    data = folders.read(options["data"])
    result = active_support.evaluate(data, protocol, store=store, progress=progress)
    return result, active_support.as_table(result)


def _check_writable(path: Path | None) -> None:
    """Hours of work shall not end at a folder that is not there."""
    if path is None or path == STDOUT:
        return
    if path.is_dir() or not os.access(path.resolve().parent, os.W_OK):
        raise CommandError(f"{path} cannot be written: is it in a folder that is there?")


def _several(one: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """A list with commas."""
    return lambda text: [one(part.strip()) for part in text.split(",")]
