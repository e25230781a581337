from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.accounts.second_factor import remove_second_factors
from therapy.people.selectors import user_of


class Command(BaseCommand):
    help = (
        "Take away someone's second factors and recovery codes, and sign them out everywhere. They "
        "sign in with the password and set up a new one. Be sure first that it is they who ask."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    def handle(self, **options: Any) -> None:
        user = user_of(email=options["email"])
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if not options["yes"] and not self._confirmed(user.email):
            raise CommandError("Nothing was changed.")
        removed = remove_second_factors(user)
        self.stdout.write(
            f"{removed} removed. {user.email} is signed out everywhere and sets up a new second "
            "factor after the next sign-in."
        )

    def _confirmed(self, email: str) -> bool:
        self.stdout.write(f"This removes every second factor of {email}.")
        return input("Type the address once more to confirm: ").strip().lower() == email
