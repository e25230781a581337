from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from adaptation.loading import loaded
from adaptation.models import BaseModel
from exports import releasing, telling, variants
from exports.variants import Made, Variant
from worker.jobs import JobRefused

CASES = 1000  # of every variant


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
        parser.add_argument(
            "--to",
            type=Path,
            metavar="DIR",
            help="With --variants: write there the formats that choose the same tracks as PyTorch, "
            "8-bit Core ML and ExecuTorch too, for apps that bring a base along.",
        )

    def handle(self, **options: Any) -> None:
        if options["to"] is not None and not options["variants"]:
            raise CommandError("--to goes with --variants: only what was measured is written.")
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
            self._variants(base, options["to"])

    def _variants(self, base: BaseModel, folder: Path | None) -> None:
        def take(variant: Variant, made: Made) -> None:
            if folder is not None and variant.unchanged:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / made.file).write_bytes(made.content)

        found = variants.measure_variants(
            loaded(base), cases=CASES, seed=base.seed, report=self._report, take=take
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
