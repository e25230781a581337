import os
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.reminders.vapid import new_private_key, public_key_of


class Command(BaseCommand):
    help = (
        "Make the private key that signs pushes to phones, into a file that only you can read. "
        "With another key every phone has to subscribe anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A new file; one that is there is kept.")

    def handle(self, **options: Any) -> None:
        file: Path = options["file"].resolve()
        key = new_private_key()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as there:
            raise CommandError(f"{file} is there already. Nothing was changed.") from there
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"{key}\n")
        self.stdout.write(f"Set ATTUNE_PUSH_KEY_FILE={file} for the web server and the workers.")
        self.stdout.write(f"Phones are given its public half: {public_key_of(key)}")
