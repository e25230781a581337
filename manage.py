#!/usr/bin/env python
"""The door for every command: `python manage.py help` lists them."""

import os
import sys

NO_TABLE = ("no such table", 'relation "')  # as SQLite and PostgreSQL begin to say it


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError
    from django_scopes import scopes_disabled

    from therapy.audit.causes import Cause, caused_by

    command = Cause(other={"command": " ".join(sys.argv[1:2])})
    try:
        with (
            scopes_disabled(),
            caused_by(lambda: command),
        ):  # whoever is at the command line speaks for all clinics
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    except (OperationalError, ProgrammingError) as problem:
        if not any(words in str(problem) for words in NO_TABLE):
            raise
        sys.exit("The database is not set up: run `python manage.py migrate`, or `make demo`.")


if __name__ == "__main__":
    main()
