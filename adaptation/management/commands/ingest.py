from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from adaptation.ingesting_tables import ingest_table, is_table
from adaptation.ingestion import Given, Ingested, files_below, ingest_recordings
from adaptation.places import ask_for_places
from adaptation.schemas import ATTUNE_AUDIO, SCHEMAS
from adaptation.services import store_schema
from therapy.catalogue.services import ensure_catalogue
from therapy.management.plainly import told_plainly
from therapy.management.progress import progress_bar
from therapy.models import Catalogue


class Command(BaseCommand):
    help = (
        "Bring recordings (WAV, FLAC, OGG, MP3), folders of them, or CSV files with features into "
        "a catalogue. What cannot be used is named with its reason; the others go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--catalogue", required=True, metavar="SLUG", help="made if not there")
        parser.add_argument("--name", help="of a new catalogue; by default its slug")
        parser.add_argument("--rights", default="", help="who owns the recordings, which licence")
        parser.add_argument(
            "--keep-copies",
            action="store_true",
            help="take in recordings that the catalogue has in another format, too",
        )
        parser.add_argument(
            "--schema",
            default=ATTUNE_AUDIO.label,
            choices=sorted(SCHEMAS),
            help="feature schema of the CSV files",
        )

    def handle(self, **options: Any) -> None:
        sources = list(files_below(options["paths"]))
        if not sources:
            raise CommandError("There are no files in what was named.")
        is_new = not Catalogue.objects.filter(slug=options["catalogue"]).exists()
        catalogue = _catalogue(options["catalogue"], options["name"])
        with progress_bar("Ingesting", unit="file") as progress:
            outcomes = [
                ingest_table(
                    catalogue=catalogue,
                    schema=store_schema(SCHEMAS[options["schema"]]),
                    source=source,
                    progress=progress,
                )
                for source in sources
                if is_table(source)
            ]
            recordings = [source for source in sources if not is_table(source)]
            if recordings:
                outcomes.append(
                    ingest_recordings(
                        catalogue=catalogue,
                        sources=recordings,
                        given=Given(rights=options["rights"]),
                        keep_copies=options["keep_copies"],
                        progress=progress,
                    )
                )
        with transaction.atomic():
            ask_for_places()
        if is_new and not catalogue.tracks.exists():
            catalogue.delete()  # nothing came in: leave nothing behind
        self._tell(outcomes, catalogue)

    def _tell(self, outcomes: list[Ingested], catalogue: Catalogue) -> None:
        stored = sum(len(outcome.stored) for outcome in outcomes)
        known = sum(len(outcome.known) for outcome in outcomes)
        refused = [refusal for outcome in outcomes for refusal in outcome.refused]
        for name, reason in refused:
            self.stdout.write(self.style.WARNING(f"refused  {name}: {reason}"))
        self.stdout.write(
            f"{catalogue.name}: {stored} stored, {known} there already, {len(refused)} refused."
        )
        if refused and not stored and not known:
            raise CommandError("Nothing could be used.")


def _catalogue(slug: str, name: str | None) -> Catalogue:
    held = Catalogue.objects.filter(slug=slug).first()
    if held is not None and name is None:
        return held
    with told_plainly():
        return ensure_catalogue(slug=slug, name=name or slug)
