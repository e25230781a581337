from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.people.pairing import make_pairing_code, shown
from therapy.people.selectors import patient_named, user_of


class Command(BaseCommand):
    help = (
        "Make a code that connects one more phone of a patient, as the patient's page does. Writes "
        "it to stdout. The patient's older codes end; phones that are connected stay so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("patient", metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument("--by", metavar="EMAIL", help="who of the clinic's staff makes it")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        by = None
        if options["by"] is not None:
            by = user_of(email=options["by"])
            if by is None:
                raise CommandError(f"Nobody has the address {options['by']}.")
        try:
            code = make_pairing_code(patient=patient, by=by)
        except PermissionDenied as refused:
            raise CommandError(str(refused)) from refused
        self.stderr.write(
            f"Type it in the app on {patient}'s phone (/phone/ of this site) before "
            f"{code.expires_at:%H:%M} UTC."
        )
        self.stdout.write(shown(code))
