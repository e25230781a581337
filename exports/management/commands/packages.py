from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from exports import holding, selectors, telling
from therapy.management.plainly import told_plainly
from therapy.models import Patient
from therapy.people.selectors import patient_named


class Command(BaseCommand):
    help = (
        "Show the versions of a patient's model that were published; hold the model, go back to an "
        "earlier one, or give the newest again. The phone gets the change when it next asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--hold", action="store_true", help="Keep the model as it is.")
        change.add_argument(
            "--back-to", type=int, metavar="VERSION", help="Hold the model of this version."
        )
        change.add_argument("--newest", action="store_true", help="End the hold.")
        parser.add_argument("--reason", default="", help="Why it is held.")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        holds = options["hold"] or options["back_to"] is not None
        if options["reason"] and not holds:
            raise CommandError("--reason goes with --hold or --back-to.")
        if holds:
            self._hold(patient, options["back_to"], options["reason"])
        elif options["newest"]:
            holding.end_hold(patient=patient, by=None)
        self.stdout.write(telling.history_in_words(patient))
        if holds or options["newest"]:
            self.stdout.write(
                "The worker publishes it, and the phone gets it when it next asks; `manage.py "
                "export` publishes it now."
            )

    def _hold(self, patient: Patient, version: int | None, reason: str) -> None:
        record = (
            selectors.newest_package(patient, "record")
            if version is None
            else selectors.package_of(patient, "record", version)
        )
        if record is None:
            what = "Nothing" if version is None else f"No version {version}"
            raise CommandError(f"{what} was published for {patient}.")
        holding.hold(patient=patient, model=record.patient_model, by=None, reason=reason)
