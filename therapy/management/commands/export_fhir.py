from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.encryption import CannotDecrypt
from therapy.interchange.fhir.bulk import FolderTaken, export_clinic
from therapy.interchange.fhir.bundle import FileTaken, write_bundle_to
from therapy.interchange.fhir.checked import NotFhir
from therapy.interchange.fhir.provenance import Export
from therapy.management.plainly import in_words, told_plainly
from therapy.management.progress import progress_bar
from therapy.people.selectors import clinic_of, patient_named


class Command(BaseCommand):
    help = (
        "Write a patient's record as one FHIR R4 bundle, or those of a clinic as a folder with a "
        "file for each kind of resource."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument("--clinic", metavar="SLUG")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE|FOLDER")
        parser.add_argument(
            "--with-notes", action="store_true", help="one patient's, with the plans' free texts"
        )

    def handle(self, **options: Any) -> None:
        patient, clinic = options["patient"], options["clinic"]
        if patient is None and clinic is None:
            raise CommandError("Say --patient, or --clinic for all of a clinic.")
        if patient is None and options["with_notes"]:
            raise CommandError("Free texts go out with --patient only, one person at a time.")
        try:
            if patient is None:
                self._clinic(clinic, options["to"])
            else:
                name = f"{clinic}/{patient}" if clinic else patient
                self._patient(name, options["to"], notes=options["with_notes"])
        except (FileTaken, FolderTaken, NotFhir, CannotDecrypt, OSError) as problem:
            raise CommandError(f"Nothing was written. {in_words(problem)}") from problem

    def _patient(self, name: str, path: Path, *, notes: bool) -> None:
        with told_plainly():
            patient_id = patient_named(name).id
            write_bundle_to(path, patient_id=patient_id, export=Export.now(by=None), notes=notes)
        self.stdout.write(str(path))

    def _clinic(self, slug: str, folder: Path) -> None:
        with told_plainly():
            clinic = clinic_of(slug=slug)
        with progress_bar("FHIR export", unit=" patients") as report:
            counts = export_clinic(clinic=clinic, folder=folder, report=report)
        said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        self.stdout.write(f"{folder}: {said or 'no patients'}")
