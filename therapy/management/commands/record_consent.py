from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.models import Consent, User
from therapy.people.selectors import patient_named, user_of
from therapy.people.services import record_consent


class Command(BaseCommand):
    help = (
        "Write down that a patient gave, refused or took back consent to one scope. Nothing that "
        "was written before is changed: the newest word stands."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument("--scope", required=True, choices=Consent.Scope.values)
        answer = parser.add_mutually_exclusive_group(required=True)
        answer.add_argument("--given", action="store_true", help="the patient agrees")
        answer.add_argument(
            "--withdrawn", action="store_true", help="the patient refuses, or takes it back"
        )
        parser.add_argument(
            "--text-version", required=True, metavar="VERSION", help="of the text that was read"
        )
        parser.add_argument("--language", default="en", help="of that text, such as 'de'")
        parser.add_argument("--by", metavar="EMAIL", help="who of the clinic's staff records it")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            consent = record_consent(
                patient=patient_named(options["patient"]),
                scope=options["scope"],
                given=options["given"],
                text_version=options["text_version"],
                language=options["language"],
                recorded_by=_recorder(options["by"]),
            )
        self.stdout.write(
            f"{consent} on {consent.recorded_at:%Y-%m-%d %H:%M} UTC, text "
            f"{consent.text_version} ({consent.language})."
        )


def _recorder(email: str | None) -> User | None:
    if email is None:
        return None
    user = user_of(email=email)
    if user is None:
        raise CommandError(f"Nobody has the address {email}.")
    return user
