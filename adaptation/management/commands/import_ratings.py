from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.imports import import_situnes
from adaptation.learning.datasets.bad_data import BadData
from therapy.management.plainly import told_plainly
from therapy.management.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Load a published data set of real listeners as a clinic of research patients. "
        "Run again: what is there stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", required=True, choices=["situnes"])
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, **options: Any) -> None:
        try:
            with told_plainly(), progress_bar("Importing", unit="listener") as progress:
                imported = import_situnes(folder=options["folder"], progress=progress)
        except BadData as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Clinic 'situnes': {imported.tracks} tracks, {imported.listeners} listeners, "
            f"{imported.ratings} rated tracks, of which {imported.new} are new."
        )
