from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.selectors import newest_model
from exports.services import export_patient_model
from therapy.management.plainly import told_plainly
from therapy.people.selectors import patient_named
from worker.jobs import JobRefused


class Command(BaseCommand):
    help = "Export a patient's newest model here and now, without the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        model = newest_model(patient)
        if model is None:
            raise CommandError(f"{patient} has no model yet; `manage.py adapt` makes one.")
        try:
            packages = export_patient_model(patient_model_id=model.id, report=self._report)
        except JobRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for package in packages:
            self.stdout.write(f"{package.kind}: {package.bytes:,} bytes, sha256 {package.sha256}")
            for what, figures in package.parity.items():
                self.stdout.write(
                    f"  {what}: deviates from PyTorch by {figures['deviation']:.1e} at most "
                    f"(allowed {figures['tolerance']:.0e}), same order in "
                    f"{figures['same_order']} of {figures['cases']} cases"
                )

    def _report(self, share: float, note: str) -> None:
        self.stdout.write(f"{share:4.0%}  {note}")
