from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.selectors import newest_model
from exports import selectors, services, telling
from therapy.management.plainly import told_plainly
from therapy.people.selectors import clinic_of, has_ended_care, patient_named
from worker.jobs import JobRefused


class Command(BaseCommand):
    help = "Sign and publish models here and now, without the worker: of a patient or of a clinic."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--patient", metavar="CODE|CLINIC/CODE|ID")
        whose.add_argument("--clinic", metavar="SLUG", help="All patients who are due.")

    def handle(self, **options: Any) -> None:
        try:
            if options["patient"] is not None:
                self._export_patient(options["patient"])
            else:
                self._export_clinic(options["clinic"])
        except JobRefused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _export_patient(self, name: str) -> None:
        with told_plainly():
            patient = patient_named(name)
        if newest_model(patient) is None:
            raise CommandError(f"{patient} has no model yet; `manage.py adapt` makes one.")
        if has_ended_care(patient):
            raise CommandError(f"{patient} took back the consent to care: nothing is published.")
        services.publish_patient(patient_id=patient.id, report=self._report)
        self.stdout.write(telling.newest_in_words(patient))

    def _export_clinic(self, slug: str) -> None:
        with told_plainly():
            clinic = clinic_of(slug=slug)
        due = selectors.due(clinic).count()
        self.stdout.write(f"{due} of {clinic.patients.count()} patients are due.")
        services.publish_clinic(clinic_id=clinic.id, report=self._report)

    def _report(self, share: float, note: str) -> None:
        self.stdout.write(f"{share:4.0%}  {note}")
