import getpass
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.people.models import Clinic, Membership, User
from therapy.people.selectors import clinic_of, user_of
from therapy.people.services import add_member, create_staff


class Command(BaseCommand):
    help = (
        "Let someone work in a clinic. Someone without an account gets one, with a random password "
        "that is shown once; someone who has one keeps their password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--clinic", required=True, help="the clinic's slug")
        parser.add_argument("--role", choices=Membership.Role.values, required=True)
        parser.add_argument("--name", default="", help="how pages call the person")
        parser.add_argument(
            "--ask-password",
            action="store_true",
            help="type the password of a new account instead of getting a random one",
        )

    def handle(self, **options: Any) -> None:
        with told_plainly():
            clinic = clinic_of(slug=options["clinic"])
            user = user_of(email=options["email"])
            if user is None:
                self._create(clinic, options)
            else:
                self._add(clinic, user, options)

    def _create(self, clinic: Clinic, options: dict[str, Any]) -> None:
        typed = self._typed_password() if options["ask_password"] else None
        membership, password = create_staff(
            clinic=clinic,
            email=options["email"],
            role=options["role"],
            name=options["name"],
            password=typed,
        )
        self.stdout.write(f"{membership}.")
        if typed is None:
            self.stdout.write(f"Password, shown this once: {password}")

    def _add(self, clinic: Clinic, user: User, options: dict[str, Any]) -> None:
        if options["ask_password"]:
            raise CommandError(f"{user.email} has an account and keeps its password.")
        membership = add_member(user=user, clinic=clinic, role=options["role"])
        self.stdout.write(f"{membership}. The account was there; its password stays.")

    def _typed_password(self) -> str:
        typed = getpass.getpass("Password: ")
        if typed != getpass.getpass("Once more: "):
            raise CommandError("The two passwords differ; nothing was changed.")
        return typed
