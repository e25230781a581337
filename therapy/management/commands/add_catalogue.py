from typing import Any

from django.core.management import BaseCommand, CommandParser

from therapy.catalogue.selectors import catalogue_of
from therapy.management.plainly import told_plainly
from therapy.people.selectors import clinic_of
from therapy.people.services import add_catalogue


class Command(BaseCommand):
    help = "Let a clinic's patients hear another catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("catalogue", help="its slug")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
            catalogue = catalogue_of(slug=options["catalogue"])
            add_catalogue(clinic=clinic, catalogue=catalogue)
        self.stdout.write(f"{clinic} has {catalogue} now.")
