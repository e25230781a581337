"""Releasing a base: converted once, measured against PyTorch, made ready for any patient, signed.

Nothing is kept that was not measured first; files are there before the rows that name them. A
release that was broken off goes on with what is there.
"""

import hashlib
from collections.abc import Iterator, Sequence

from django.core.files.base import ContentFile
from django.db import transaction

from adaptation.loading import loaded
from adaptation.models import BaseModel
from exports import baking, converted, keyring, parity, selectors
from exports.baking import VECTOR
from exports.bundles import bundle_of
from exports.converted import Converted
from exports.graphs import Floats, GraphSpec, Inputs, graphs_of, playlist_graph
from exports.kinds import BUNDLES, FILES, FORMATS
from exports.models import Bundle, Graph, Template
from exports.parity import TOLERANCES, Parity
from worker.refusals import JobRefused
from worker.running import ReportShare

CASES = {"onnx": 200, "coreml-float32": 50, "coreml-float16": 50}
TEMPLATE_CASES = 20  # patients


class Altered(JobRefused):
    """A file that was measured is another one now."""


def release(base: BaseModel, report: ReportShare) -> None:
    """Make everything that phones fetch of a base; a repeat does only what is missing.

    Raises OutOfTolerance when a conversion deviates too far from PyTorch, BadTemplate when no
    vector can be patched into one, Altered, NoSigningKey.
    """
    if selectors.is_released(base):
        return
    keyring.signer()  # before minutes of work
    graphs = _converted(base, report)
    report(0.8, "Locating the place of the patient's vector")
    _make_templates(base, graphs)
    report(0.95, "Signing")
    _make_bundles(base, graphs)
    report(1.0, f"Released {base}")


def measured_file(
    kind: str, content: bytes, spec: GraphSpec, cases: Iterator[Inputs], *, what: str
) -> Parity:
    """A self-contained file beside PyTorch; the cases' patient must be the file's. Raises
    OutOfTolerance."""
    run = converted.runner_of(kind, content)

    def without_vector(inputs: Inputs) -> dict[str, Floats]:
        return run({name: value for name, value in inputs.items() if name != VECTOR})

    return _gated(spec, FILES[kind], without_vector, cases, what=what)


def _converted(base: BaseModel, report: ReportShare) -> list[Converted]:
    """The graphs in all formats: those that are kept, and the others now."""
    kept = {(graph.name, graph.format): graph for graph in base.graphs.all()}
    wanted = [(spec, name) for spec in graphs_of(loaded(base)) for name in FORMATS[spec.name]]
    graphs = []
    for done, (spec, name) in enumerate(wanted):
        if (spec.name, name) in kept:
            graphs.append(_read(kept[spec.name, name]))
            continue
        what = f"{spec.name} as {name}"
        report(0.8 * done / len(wanted), f"Converting {what}, and comparing it with PyTorch")
        graph = converted.convert(spec, name)
        cases = parity.random_cases(spec, CASES[name], seed=base.seed)
        _keep_graph(base, graph, _gated(spec, name, graph.run, cases, what=f"{what} of {base}"))
        graphs.append(graph)
    return graphs


def _read(row: Graph) -> Converted:
    """As it was when it was measured. Raises Altered."""
    with row.file.open() as content:
        graph = Converted(row.name, row.format, content.read())
    if graph.sha256 != row.sha256:
        raise Altered(
            f"The file {row.file.name} of {row} is not what was measured: its digest differs. "
            "Nothing was released. Bring it back from a copy."
        )
    return graph


def _make_templates(base: BaseModel, graphs: Sequence[Converted]) -> None:
    playlists = {graph.format: graph.content for graph in graphs if graph.name == "playlist"}
    template_of = {"onnx": baking.onnx_template, "coreml": baking.coreml_template}
    kept = set(base.templates.values_list("kind", flat=True))
    for kind, source in FILES.items():
        if kind in kept:
            continue
        template = template_of[kind](playlists[source], base.vector_size)
        _keep_template(base, kind, template, _parity_of_template(base, kind, template))


def _parity_of_template(base: BaseModel, kind: str, template: baking.Template) -> Parity:
    """Over random patients, a file each."""
    spec = playlist_graph(loaded(base))
    found = []
    for case in parity.random_cases(spec, TEMPLATE_CASES, seed=base.seed):
        file = template.patched(case[VECTOR])
        what = f"The self-contained {kind} file of {base}"
        found.append(measured_file(kind, file, spec, iter([case]), what=what))
    return parity.together(found)


def _make_bundles(base: BaseModel, graphs: Sequence[Converted]) -> None:
    kept = set(base.bundles.values_list("kind", flat=True))
    for kind in BUNDLES:
        if kind in kept:
            continue
        _keep_bundle(base, kind, bundle_of(base, loaded(base), kind, graphs))


def _gated(
    spec: GraphSpec, name: str, run: parity.Run, cases: Iterator[Inputs], *, what: str
) -> Parity:
    measured = parity.measure(spec, run, cases, tolerance=TOLERANCES[name])
    return parity.gate(measured, what=what, exact_order=name != "coreml-float16")


# Another worker may have been first: what it kept is as good, and equal content has one name.


def _keep_graph(base: BaseModel, graph: Converted, measured: Parity) -> None:
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
    Graph.objects.bulk_create([row], ignore_conflicts=True)


def _keep_template(base: BaseModel, kind: str, template: baking.Template, measured: Parity) -> None:
    digest = hashlib.sha256(template.content).hexdigest()
    row = Template(
        base=base,
        kind=kind,
        sha256=digest,
        places=template.places.as_json(),
        parity=measured.as_json(),
    )
    row.file.save(f"{kind}-{digest[:16]}", ContentFile(template.content), save=False)
    Template.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def _keep_bundle(base: BaseModel, kind: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    row = Bundle(base=base, kind=kind, bytes=len(content), sha256=digest)
    keyring.sign_bundle(row, keyring.signer())
    row.file.save(f"{digest}.zip", ContentFile(content), save=False)
    Bundle.objects.bulk_create([row], ignore_conflicts=True)
