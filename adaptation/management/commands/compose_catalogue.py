from typing import Any

from django.core.management import BaseCommand

from adaptation.starter import compose_starter_catalogue
from therapy.management.progress import progress_bar


class Command(BaseCommand):
    help = "Compose, render and analyse the pieces of the starter catalogue that are not there."

    def handle(self, **options: Any) -> None:
        with progress_bar("Composing", unit="piece") as progress:
            catalogue = compose_starter_catalogue(progress=progress)
        self.stdout.write(f"{catalogue.name}: {catalogue.tracks.count()} pieces.")
