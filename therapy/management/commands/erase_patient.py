from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.people.selectors import patient_named
from therapy.rights.erasing import StillRead, ask_for_erasure, erase
from therapy.rights.holders import holders
from therapy.rights.models import Erasure


class Command(BaseCommand):
    help = (
        "Erase a patient here and now, without the worker: every row, file, job and mention. "
        "Without --confirm it says what would stay. `manage.py export_patient_data` comes first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--patient", metavar="CODE|CLINIC/CODE|ID")
        whom.add_argument(
            "--finish", action="store_true", help="go on with erasures that were not finished"
        )
        parser.add_argument("--confirm", metavar="CODE", help="the patient's code, once more")

    def handle(self, **options: Any) -> None:
        if options["finish"]:
            for erasure in Erasure.objects.filter(finished_at=None):
                self._erase(erasure)
            return
        with told_plainly():
            patient = patient_named(options["patient"])
            if options["confirm"] is None:
                for line in [line for holder in holders() for line in holder.stays(patient)]:
                    self.stdout.write(line)
                raise CommandError(
                    f"Nothing was erased. To erase {patient} for good, add --confirm {patient}."
                )
            erasure = ask_for_erasure(patient=patient, code=options["confirm"], by=None)
        self._erase(erasure)

    def _erase(self, erasure: Erasure) -> None:
        try:
            done = erase(erasure_id=erasure.id, report=lambda share, note: None)
        except StillRead as problem:
            raise CommandError(f"{problem} Run --finish when the site is quiet.") from problem
        self.stdout.write(f"{sum(done.counts.values())} rows are gone. {done} says so.")
