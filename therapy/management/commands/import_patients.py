from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.interchange.patients.importing import ImportRefused, dry_run, import_patients
from therapy.management.plainly import in_words, told_plainly
from therapy.people.selectors import clinic_of


class Command(BaseCommand):
    help = (
        "Take the patients of a CSV file into a clinic: all of them, or none. Columns: code, "
        "therapist, time_zone, origin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
        try:
            content = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(in_words(problem)) from problem
        try:
            if options["dry_run"]:
                run = dry_run(clinic=clinic, content=content)
                if run.problems:
                    raise ImportRefused(run)
                self.stdout.write(f"{len(run.lines)} patients could be taken in. Nobody was.")
            else:
                patients = import_patients(clinic=clinic, content=content)
                self.stdout.write(f"{len(patients)} patients were taken into {clinic}.")
        except ImportRefused as refused:
            raise CommandError(f"Nobody was taken in.\n{refused}") from refused
