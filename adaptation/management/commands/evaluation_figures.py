from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.learning.evaluation.store import write_whole
from adaptation.learning.evaluation.told import NotReadable, read


class Command(BaseCommand):
    help = (
        "Draw what `manage.py evaluate --json FILE` found, as SVG: errors after K ratings, "
        "calibration, and differences to plain learners. The same file gives the same bytes."
    )
    requires_system_checks = ()  # it uses neither the database nor the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", type=Path, nargs="+", required=True, metavar="FILE", help="what to draw"
        )
        parser.add_argument(
            "--to",
            type=Path,
            required=True,
            metavar="DIR",
            help="a figure is named after its file and what it shows: FILE-cold-start.svg",
        )

    def handle(self, **options: Any) -> None:
        from adaptation.learning.evaluation import figures

        for path in options["json"]:
            try:
                drawn = figures.draw(read(path))
                options["to"].mkdir(parents=True, exist_ok=True)
                for name, content in drawn.items():
                    figure = options["to"] / f"{path.stem}-{name}.svg"
                    write_whole(figure, content)
                    self.stdout.write(str(figure))
            except (NotReadable, OSError) as problem:
                raise CommandError(f"{path}: {problem}") from problem
