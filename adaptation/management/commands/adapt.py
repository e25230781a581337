from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.services import adapt_patient
from therapy.management.plainly import told_plainly
from therapy.people.selectors import patient_named
from worker.jobs import JobRefused


class Command(BaseCommand):
    help = "Adapt a patient's model here and now, without the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        try:
            model = adapt_patient(patient_id=patient.id, report=lambda share, note: None)
        except JobRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Model version {model.version} of {patient}: base {model.base}, "
            f"{model.support_count} rated tracks. `manage.py export` makes its packages."
        )
