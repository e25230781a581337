from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.db import transaction

from therapy.catalogue.selectors import catalogue_of, schema_of
from therapy.management.plainly import told_plainly
from therapy.people.services import create_clinic


class Command(BaseCommand):
    help = "Open a clinic whose patients listen to the tracks of one or more catalogues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name for commands and addresses, such as 'harbour'")
        parser.add_argument("name", help="full name, such as 'Harbour Practice'")
        parser.add_argument(
            "--schema", required=True, metavar="NAME-VERSION", help="feature schema of its tracks"
        )
        parser.add_argument(
            "--catalogue",
            action="append",
            default=[],
            metavar="SLUG",
            help="a catalogue that its patients may hear; may be given more than once",
        )

    def handle(self, **options: Any) -> None:
        with told_plainly(), transaction.atomic():
            clinic = create_clinic(
                slug=options["slug"],
                name=options["name"],
                feature_schema=schema_of(label=options["schema"]),
                catalogues=[catalogue_of(slug=slug) for slug in options["catalogue"]],
            )
        self.stdout.write(f"{clinic.name} is open as '{clinic.slug}'.")
        if not options["catalogue"]:
            self.stdout.write("It has no catalogue yet, so its patients have nothing to hear.")
