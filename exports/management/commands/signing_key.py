from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exports import keyring
from exports.models import SigningKey
from worker.jobs import JobRefused


class Command(BaseCommand):
    help = "The keys that sign what phones get: list them, make the next one, or revoke one."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|create|revoke")
        actions.add_parser("list", help="All keys, the newest first.")
        create = actions.add_parser(
            "create",
            help="Make a key that signs from now on. The one before is honoured until everything "
            "that it signed has expired.",
        )
        create.add_argument(
            "--lost",
            action="store_true",
            help="The private key before is lost, and cannot endorse this one.",
        )
        revoke = actions.add_parser("revoke", help="Honour a key no more, at once.")
        revoke.add_argument("key_id", metavar="KEY")

    def handle(self, **options: Any) -> None:
        if options["action"] == "create":
            self._create(lost=options["lost"])
        elif options["action"] == "revoke":
            self._revoke(options["key_id"])
        for key in SigningKey.objects.all():
            self.stdout.write(f"{key}  {_in_words(key)}")
        if not SigningKey.objects.exists():
            self.stdout.write("There is no key yet. `manage.py signing_key create` makes one.")

    def _create(self, *, lost: bool) -> None:
        try:
            made = keyring.create(lost=lost)
        except JobRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Made {made}. Its private half is {settings.SIGNING_KEY_FOLDER / made.key_id}.pem: "
            "keep a copy where only you can read it."
        )

    def _revoke(self, key_id: str) -> None:
        row = SigningKey.objects.filter(key_id=key_id).first()
        if row is None:
            raise CommandError(f"There is no key {key_id}; `manage.py signing_key list` has all.")
        try:
            keyring.revoke(row)
        except ValueError as problem:
            raise CommandError(str(problem)) from problem


def _in_words(key: SigningKey) -> str:
    since = f"since {key.created_at:%d %b %Y}"
    if key.honoured_until is None:
        return f"signs {since}"
    if key.honoured_until > timezone.now():
        return f"made {key.created_at:%d %b %Y}, honoured until {key.honoured_until:%d %b %Y}"
    return f"made {key.created_at:%d %b %Y}, honoured no more"
