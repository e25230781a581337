from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.learning.evaluation import card, release_card
from adaptation.learning.evaluation.release import Release
from adaptation.learning.evaluation.store import write_whole
from adaptation.learning.evaluation.told import NotReadable, read
from adaptation.learning.learners import registry

STDOUT = Path("-")


class Command(BaseCommand):
    help = (
        "Write a model card in Markdown: of a released base, from what was measured when it was "
        "made; of a learner, from what `manage.py evaluate --json FILE` found; or of both."
    )
    requires_system_checks = ()  # with --json alone it uses neither the database nor the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", metavar="NAME", help="the newest base of this name")
        parser.add_argument("--json", type=Path, metavar="FILE", help="the result of an evaluation")
        parser.add_argument(
            "--learner",
            default=registry.DEFAULT,
            metavar="NAME",
            help="which one of the FILE; default %(default)s",
        )
        parser.add_argument(
            "--to", type=Path, required=True, metavar="FILE", help="the card; - prints it"
        )

    def handle(self, **options: Any) -> None:
        try:
            written = _card(options)
            if options["to"] == STDOUT:
                self.stdout.write(written, ending="")
            else:
                write_whole(options["to"], written.encode())
        except (NotReadable, OSError) as problem:
            raise CommandError(str(problem)) from problem


def _card(options: dict[str, Any]) -> str:
    release = _release(options["base"]) if options["base"] else None
    if options["json"] is not None:
        result = read(options["json"])
        return card.of_evaluation(result, learner=options["learner"], release=release)
    if release is None:
        raise CommandError("Say what the card is of: --base NAME, --json FILE, or both.")
    return release_card.of_release(release)


def _release(name: str) -> Release:
    from adaptation.cards import release_of
    from adaptation.models import BaseModel

    base = BaseModel.objects.filter(name=name).select_related("schema").order_by("-version").first()
    if base is None:
        names = sorted(set(BaseModel.objects.values_list("name", flat=True)))
        known = f"There are {', '.join(names)}." if names else "There is none yet."
        raise CommandError(f"No base is called '{name}'. {known}")
    return release_of(base)
