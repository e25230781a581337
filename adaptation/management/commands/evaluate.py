import os
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.learning.evaluation import report
from adaptation.learning.evaluation.store import ResultStore
from adaptation.learning.learners import registry
from adaptation.management.protocols import CANNOT, FEW_SHOT, LEARNERS, PROTOCOLS, Asked, Result
from therapy.management.arguments import whole_number
from therapy.management.progress import progress_bar

STDOUT = Path("-")
OPTIONS = {"others": "--with"}
"""Of the attributes of Asked whose option has another name."""


class Command(BaseCommand):
    help = (
        "Measure learners on real ratings: whether a few of a person's ratings help to answer for "
        "them, or what was published (docs/evaluation.md). What is finished is kept: started "
        "again, it goes on."
    )
    requires_system_checks = ()  # it uses neither the database nor the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--protocol", choices=tuple(PROTOCOLS), default=FEW_SHOT)
        parser.add_argument(
            "--data", type=Path, required=True, metavar="DIR", help="the folder of the data set"
        )
        parser.add_argument(
            "--with",
            type=Path,
            action="append",
            dest="others",
            metavar="DIR",
            help="of the protocol transfer: another data set, to learn from and to ask about",
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
            help="default 0,1,2; of a published protocol, those that were published",
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
        except CANNOT as problem:
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
            try:
                report.write_json(options["json"], result)
            except OSError as problem:
                raise CommandError(
                    f"{options['json']} could not be written: {problem.strerror}. What was "
                    "measured is kept: the same command with another --json writes it at once."
                ) from problem


def _evaluated(options: dict[str, Any]) -> tuple[Result, str]:
    """The result, ready for JSON, and as a table."""
    protocol = PROTOCOLS[options["protocol"]]
    _check_belongs(options, protocol.takes)
    asked = Asked(**{each.name: options[each.name] for each in fields(Asked)})
    store = ResultStore(Path(settings.VAR) / "evaluations", fresh=options["fresh"])
    with progress_bar("Evaluating", unit="part") as progress:
        return protocol.run(asked, store, progress)


def _check_belongs(options: dict[str, Any], takes: frozenset[str]) -> None:
    for each in fields(Asked):
        if each.default is not MISSING and each.name not in takes and options[each.name]:
            option = OPTIONS.get(each.name, f"--{each.name}")
            raise CommandError(f"{option} does not belong to the protocol {options['protocol']}.")


def _check_writable(path: Path | None) -> None:
    """Hours of work shall not end at a folder that is not there."""
    if path is None or path == STDOUT:
        return
    if path.is_dir():
        raise CommandError(f"{path} is a folder. Name a file in it.")
    if not os.access(path.resolve().parent, os.W_OK):
        raise CommandError(f"{path} cannot be written: is it in a folder that is there?")


def _several(one: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """A list with commas."""
    return lambda text: [one(part.strip()) for part in text.split(",")]
