"""Writing what is delivered: converted bases, and packages for patients. Nothing is published
that was not measured against PyTorch first."""

import hashlib
from collections.abc import Callable, Iterator
from uuid import UUID

import numpy as np
from django.core.files.base import ContentFile
from django.db import transaction

from adaptation.loading import loaded
from adaptation.models import BaseModel, PatientModel
from adaptation.selectors import vector_of
from exports import converted, parity, selectors
from exports.converted import Converted
from exports.graphs import Floats, GraphSpec, Inputs, graphs_of
from exports.manifest import KnownTracks, manifest_of
from exports.models import Graph, ModelPackage
from exports.packages import GRAPH_FORMATS, manifest_bytes, write_archive
from exports.parity import TOLERANCES, Parity
from therapy.catalogue.selectors import feature_table
from worker.jobs import JobRefused

Report = Callable[[float, str], None]

BASE_CASES, BASE_TRACKS = {"onnx": 200, "coreml-float32": 50, "coreml-float16": 50}, 60
PATIENT_CASES = 20


def convert_base(*, base: BaseModel, report: Report) -> list[Graph]:
    """Convert the base's graphs to ONNX and Core ML, each measured before it is kept.

    Done once for a base; a repeat answers with what is there. Raises OutOfTolerance.
    """
    kept = selectors.graphs_of_base(base)
    if kept:
        return kept
    specs = graphs_of(loaded(base))
    total = sum(len(GRAPH_FORMATS[spec.name]) for spec in specs)
    made: list[tuple[Converted, Parity]] = []
    for spec in specs:
        for graph in converted.convert(spec):
            what = f"{spec.name} as {graph.format}"
            report(len(made) / total, f"Converted {what}; comparing it with PyTorch")
            cases = random_cases(spec, BASE_CASES[graph.format], seed=base.seed)
            made.append((graph, _gated(spec, graph, cases, what=f"{what} of base {base}")))
    _keep_graphs(base, made)
    return selectors.graphs_of_base(base)


def export_patient_model(*, patient_model_id: UUID, report: Report) -> list[ModelPackage]:
    """Make the packages of a patient's model and publish them.

    A version that a newer one has overtaken is not exported any more. Raises OutOfTolerance when
    a graph fed with this patient's vector deviates from PyTorch.
    """
    model = PatientModel.objects.select_related("patient__clinic", "base__schema").get(
        id=patient_model_id
    )
    if selectors.is_overtaken(model) or model.packages.exists():
        return list(model.packages.all())
    graphs = [
        converted.read(graph)
        for graph in convert_base(base=model.base, report=lambda x, note: report(0.8 * x, note))
    ]
    report(0.85, "Comparing this patient's playlists with PyTorch")
    measured = _patient_parity(model, graphs)
    report(0.95, "Writing the packages")
    return _publish(model, graphs, measured)


def random_cases(
    graph: GraphSpec, count: int, *, seed: int, vector: Floats | None = None
) -> Iterator[Inputs]:
    """Random inputs, in catalogues of random sizes, for random patients or the one of `vector`."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        yield graph.sample(int(generator.integers(1, BASE_TRACKS)), generator, vector)


def _patient_parity(model: PatientModel, graphs: list[Converted]) -> dict[str, Parity]:
    base = loaded(model.base)
    vector = vector_of(model)
    if len(vector) != model.base.vector_size or not np.isfinite(vector).all():
        raise JobRefused(
            f"The vector of {model} is damaged: {len(vector)} numbers, "
            f"{np.count_nonzero(~np.isfinite(vector))} of them not finite. Adapt the patient again."
        )
    specs = {spec.name: spec for spec in graphs_of(base)}
    measured = {}
    for graph in graphs:
        spec = specs[graph.name]
        cases = random_cases(spec, PATIENT_CASES, seed=model.version, vector=vector)
        what = f"{graph.name} as {graph.format}"
        measured[what] = _gated(spec, graph, cases, what=f"{what} of {model}")
    return measured


def _gated(spec: GraphSpec, graph: Converted, cases: Iterator[Inputs], *, what: str) -> Parity:
    tolerance = TOLERANCES[graph.format]
    return parity.gate(
        parity.measure(spec, graph.run, cases, tolerance=tolerance),
        what=what,
        exact_order=graph.format != "coreml-float16",
    )


@transaction.atomic
def _keep_graphs(base: BaseModel, made: list[tuple[Converted, Parity]]) -> None:
    rows = []
    for graph, measured in made:
        row = Graph(
            base=base,
            name=graph.name,
            format=graph.format,
            sha256=graph.sha256,
            parity=measured.as_json(),
        )
        suffix = "onnx" if graph.format == "onnx" else "mlpackage.zip"
        name = f"{graph.name}-{graph.format}-{graph.sha256[:16]}.{suffix}"
        row.file.save(name, ContentFile(graph.content), save=False)
        rows.append(row)
    Graph.objects.bulk_create(rows, ignore_conflicts=True)  # another worker may have been first


@transaction.atomic
def _publish(
    model: PatientModel, graphs: list[Converted], measured: dict[str, Parity]
) -> list[ModelPackage]:
    base = loaded(model.base)
    known = KnownTracks.of(base, feature_table(model.patient.clinic))
    packages = []
    for kind in ModelPackage.Kind:
        inside = [graph for graph in graphs if graph.format.startswith(kind.value)]
        entries = {
            "manifest.json": manifest_bytes(manifest_of(model, base, inside, known)),
            "vector.f32": bytes(model.vector),
            "items.f32": known.columns.astype("<f4").tobytes(),
        }
        for graph in inside:
            entries |= graph.entries()
        content = write_archive(entries)
        digest = hashlib.sha256(content).hexdigest()
        package = ModelPackage(
            patient_model=model,
            kind=kind,
            bytes=len(content),
            sha256=digest,
            parity={
                what: figures.as_json()
                for what, figures in measured.items()
                if kind.value in what.split(" as ")[1]
            },
        )
        package.file.save(f"{kind.value}-{digest[:16]}.zip", ContentFile(content), save=False)
        package.save()
        packages.append(package)
    return packages
