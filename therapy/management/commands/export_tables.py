from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.interchange.tables.describing import dictionary_markdown
from therapy.interchange.tables.exporting import (
    FolderTaken,
    Form,
    Incomplete,
    Wanted,
    export_tables,
)
from therapy.interchange.tables.selection import Selection
from therapy.management.plainly import in_words, told_plainly
from therapy.management.progress import progress_bar
from therapy.people.selectors import clinic_of


def _moment(text: str) -> datetime:
    """A day, which begins at midnight UTC, or a time with its offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None and len(text) > len("2026-03-01"):
        raise ValueError
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _end(text: str) -> datetime:
    """Where a period that ends so is over: a day is included, a time is not."""
    try:
        return _moment(text) + timedelta(days=1 if len(text) <= len("2026-03-01") else 0)
    except OverflowError as beyond:
        raise ValueError from beyond


for parse in (_moment, _end):
    parse.__name__ = "day or time with an offset from UTC"  # argparse says it


class Command(BaseCommand):
    help = "Write a clinic's records as CSV or Parquet tables into a new folder: all, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", metavar="SLUG")
        parser.add_argument("--to", type=Path, metavar="FOLDER")
        parser.add_argument("--format", choices=[one.value for one in Form], default=Form.CSV)
        parser.add_argument("--since", type=_moment, metavar="DAY", help="the first day, UTC")
        parser.add_argument("--until", type=_end, metavar="DAY", help="the last day, included")
        parser.add_argument(
            "--pseudonyms", action="store_true", help="in place of codes and ids; no key is kept"
        )
        parser.add_argument(
            "--describe", action="store_true", help="only say what the columns mean, as Markdown"
        )

    def handle(self, **options: Any) -> None:
        if options["describe"]:
            self.stdout.write(dictionary_markdown(), ending="")
            return
        folder = options["to"]
        if options["clinic"] is None or folder is None:
            raise CommandError("Say --clinic and --to.")
        with told_plainly():
            wanted = Wanted(
                selection=Selection(
                    clinic=clinic_of(slug=options["clinic"]),
                    since=options["since"],
                    until=options["until"],
                ),
                form=Form(options["format"]),
                pseudonymous=options["pseudonyms"],
            )
        try:
            with progress_bar("Tables", unit=" rows") as report:
                counts = export_tables(wanted=wanted, folder=folder, report=report)
        except (FolderTaken, Incomplete, OSError) as problem:
            raise CommandError(f"Nothing was written. {in_words(problem)}") from problem
        self.stdout.write(f"{folder}: {', '.join(f'{n} {name}' for name, n in counts.items())}")
