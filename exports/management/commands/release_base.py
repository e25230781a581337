from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.loading import loaded
from adaptation.models import BaseModel
from exports import releasing, telling, variants
from worker.jobs import JobRefused


class Command(BaseCommand):
    help = (
        "Convert a trained base to ONNX and Core ML, measure it against PyTorch, locate the place "
        "of the patient's vector, and sign it. What is there already is not made twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "base", nargs="?", metavar="NAME/VERSION", help="Default: the newest base."
        )
        parser.add_argument(
            "--variants",
            action="store_true",
            help="Also measure every format: bytes, parity, top-K overlap and latency (minutes).",
        )

    def handle(self, **options: Any) -> None:
        base = _base_named(options["base"])
        try:
            releasing.release(base, self._report)
        except JobRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for graph in base.graphs.order_by("name", "format"):
            self.stdout.write(f"{graph.name} as {graph.format}, {graph.file.size:,} bytes")
            self.stdout.write(f"  {telling.parity_in_words(graph.parity)}")
        for template in base.templates.order_by("kind"):
            self.stdout.write(f"self-contained file, {template.kind}, {template.file.size:,} bytes")
            self.stdout.write(f"  {telling.parity_in_words(template.parity)}")
        for bundle in base.bundles.order_by("kind"):
            self.stdout.write(f"{bundle.kind}: {bundle.bytes:,} bytes, sha256 {bundle.sha256}")
        if options["variants"]:
            found = variants.measure_variants(
                loaded(base), cases=1000, seed=base.seed, report=self._report
            )
            self.stdout.write(variants.as_table(found))

    def _report(self, share: float, note: str) -> None:
        self.stdout.write(f"{share:4.0%}  {note}")


def _base_named(name: str | None) -> BaseModel:
    bases = BaseModel.objects.select_related("schema").order_by("-created_at")
    if name is not None:
        slug, _, version = name.rpartition("/")
        bases = bases.filter(name=slug, version=int(version) if version.isdecimal() else 0)
    base = bases.first()
    if base is None:
        known = ", ".join(
            f"{one.name}/{one.version}" for one in BaseModel.objects.order_by("name", "version")
        )
        raise CommandError(
            f"There is no base '{name}'. There are: {known}."
            if known
            else "There is no base yet; `manage.py meta_train` makes one."
        )
    return base
