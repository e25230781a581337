from typing import Any

from django.core.management import BaseCommand, CommandParser

from therapy.management.plainly import told_plainly
from therapy.people.selectors import clinic_of, patient_of
from therapy.people.services import issue_device_token


class Command(BaseCommand):
    help = "Let a phone speak for a patient. Writes the phone's token, this once, to stdout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--patient", required=True, help="the patient's code")
        parser.add_argument("--label", default="", help="what to call the phone in lists")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
            patient = patient_of(clinic=clinic, code=options["patient"])
            _, token = issue_device_token(patient=patient, label=options["label"])
        self.stderr.write("The token is kept nowhere: copy it to the phone now.")
        self.stdout.write(token)
