from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.models import Membership, Patient
from therapy.people.selectors import clinic_of
from therapy.people.services import create_patient


class Command(BaseCommand):
    help = "Take a patient into a clinic, under a pseudonymous code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="such as 'P-0007'; no name, it shows on every page")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument(
            "--simulated", action="store_true", help="a simulated listener, and shown as one"
        )
        parser.add_argument(
            "--time-zone", default="UTC", metavar="ZONE", help="such as Europe/Berlin"
        )
        parser.add_argument("--therapist", metavar="EMAIL", help="who is responsible")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
            therapist = None
            if options["therapist"]:
                members = Membership.objects.filter(clinic=clinic)
                therapist = members.filter(user__email=options["therapist"].lower()).first()
                if therapist is None:
                    raise CommandError(f"{options['therapist']} does not work at {clinic}.")
            patient = create_patient(
                clinic=clinic,
                code=options["code"],
                therapist=therapist,
                time_zone=options["time_zone"],
                origin=Patient.Origin.SIMULATED if options["simulated"] else Patient.Origin.CARE,
            )
        self.stdout.write(
            f"{patient} is a patient of {clinic}. Next: `manage.py prescribe`, "
            "then `manage.py pair` for the phone."
        )
