from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import in_words, told_plainly
from therapy.people.selectors import patient_named
from therapy.rights.archive import Incomplete
from therapy.rights.taking_out import take_out_to
from worker.refusals import JobRefused


class Command(BaseCommand):
    help = "Write everything that is stored of a patient into a folder, as one ZIP archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument("--to", required=True, type=Path, metavar="DIR")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        try:
            path = take_out_to(patient=patient, folder=options["to"])
        except (Incomplete, JobRefused, OSError) as problem:
            raise CommandError(f"Nothing was written. {in_words(problem)}") from problem
        self.stdout.write(str(path))
