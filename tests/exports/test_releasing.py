"""Releasing a base: converted once, nothing kept that does not agree with PyTorch, signed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from adaptation.learning.bases import Base
from exports import converted, keyring, releasing
from exports.bundles import bundle_of
from exports.converted import Converted
from exports.graphs import GraphSpec
from exports.kinds import BUNDLES, FILES, FORMATS
from exports.models import Bundle, Graph, Template
from exports.parity import OutOfTolerance
from exports.releasing import Altered
from exports.signing import cose
from exports.signing.payloads import BaseStatement
from tests.exports.conftest import keep
from tests.exports.tampering import FIGURE, tamper, with_another_bias, with_other_weights
from tests.practice import Practice, open_practice
from tests.threads import at_once
from tests.trained import Graphs

pytestmark = pytest.mark.django_db

CONVERSIONS = [(name, form) for name, formats in FORMATS.items() for form in formats]


class Killed(BaseException):
    """What no work catches: the process is gone."""


def release(practice: Practice, told: Callable[[float, str], None] | None = None) -> None:
    releasing.release(practice.base, told or (lambda share, note: None))


def files_on_disk(folder: str) -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / folder).glob("*"))


def spoiled(graph: Converted) -> Converted:
    """The graph with other numbers in it, far enough from PyTorch."""
    if graph.format == "onnx":
        return with_another_bias(graph, by=0.5)
    return with_other_weights(graph, by=0.5)


@pytest.fixture
def unconverted(db: None, base: Base, files_of_this_test: None, quickly_measured: None) -> Practice:
    """A practice whose base nobody converted yet."""
    return open_practice(base)


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch, graphs: Graphs) -> list[tuple[str, str]]:
    """Converting gives the graphs that were converted for all tests; which, in order."""
    asked: list[tuple[str, str]] = []

    def convert(spec: GraphSpec, name: str) -> Converted:
        asked.append((spec.name, name))
        return graphs[spec.name, name]

    monkeypatch.setattr(converted, "convert", convert)
    return asked


# What is kept


def test_a_base_is_converted_once_and_every_graph_kept_with_what_was_measured(
    unconverted: Practice, graphs: Graphs, remembered: list[tuple[str, str]]
) -> None:
    told: list[tuple[float, str]] = []
    release(unconverted, lambda *step: told.append(step))
    kept = list(unconverted.base.graphs.all())
    assert {(graph.name, graph.format) for graph in kept} == set(graphs)
    for row in kept:
        graph = graphs[row.name, row.format]
        assert Path(row.file.path).read_bytes() == graph.content
        assert row.sha256 == graph.sha256
        assert row.parity["deviation"] <= row.parity["tolerance"]
        assert row.parity["cases"] == releasing.CASES[row.format]
        if row.format != "coreml-float16":
            assert row.parity["same_order"] == row.parity["cases"]
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for (name, form), (_, note) in zip(CONVERSIONS, told, strict=False):
        assert f"Converting {name} as {form}" in note
    assert remembered == CONVERSIONS


def test_a_released_base_is_not_touched_again(
    unconverted: Practice, remembered: list[tuple[str, str]]
) -> None:
    release(unconverted)
    rows = {
        model: sorted(model.objects.values_list("id", flat=True))
        for model in (Graph, Template, Bundle)
    }
    on_disk = {folder: files_on_disk(folder) for folder in ("graphs", "templates", "bundles")}
    told: list[tuple[float, str]] = []
    release(unconverted, lambda *step: told.append(step))
    assert told == []
    assert remembered == CONVERSIONS
    for model, before in rows.items():
        assert sorted(model.objects.values_list("id", flat=True)) == before
    for folder, before_there in on_disk.items():
        assert files_on_disk(folder) == before_there


def test_templates_are_kept_with_what_was_measured(practice: Practice) -> None:
    release(practice)
    templates = {row.kind: row for row in practice.base.templates.all()}
    assert set(templates) == set(FILES)
    for row in templates.values():
        assert hashlib.sha256(Path(row.file.path).read_bytes()).hexdigest() == row.sha256
        assert row.parity["cases"] == row.parity["same_order"] == releasing.TEMPLATE_CASES
        assert 0 <= row.parity["deviation"] <= row.parity["tolerance"]


def test_bundles_are_of_the_measured_graphs_and_signed(
    practice: Practice, base: Base, graphs: Graphs
) -> None:
    release(practice)
    bundles = {row.kind: row for row in practice.base.bundles.all()}
    assert set(bundles) == set(BUNDLES)
    honoured = keyring.public_keys(timezone.now())
    for kind, row in bundles.items():
        content = Path(row.file.path).read_bytes()
        assert content == bundle_of(practice.base, base, kind, list(graphs.values()))
        signed = cose.verify(bytes(row.statement), BaseStatement.purpose, honoured)
        said = BaseStatement.decode(signed)
        assert said.sha256 == hashlib.sha256(content).digest() == bytes.fromhex(row.sha256)
        assert (said.kind, said.size) == (kind, len(content)) == (kind, row.bytes)
        assert said.base == bytes.fromhex(practice.base.weights_sha256)


# What is refused


@pytest.mark.parametrize(("name", "form"), CONVERSIONS)
def test_a_tampered_conversion_is_refused_with_the_figure_and_not_kept(
    unconverted: Practice, graphs: Graphs, monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    off = spoiled(graphs[name, form])

    def convert(spec: GraphSpec, asked: str) -> Converted:
        return off if (spec.name, asked) == (name, form) else graphs[spec.name, asked]

    monkeypatch.setattr(converted, "convert", convert)
    with pytest.raises(OutOfTolerance, match=rf"{name} as {form} of small 1 {FIGURE}"):
        release(unconverted)
    before = CONVERSIONS[: CONVERSIONS.index((name, form))]
    assert set(Graph.objects.values_list("name", "format")) == set(before)
    assert len(files_on_disk("graphs")) == len(before)
    assert not Template.objects.exists()
    assert not Bundle.objects.exists()
    assert not files_on_disk("bundles")


@pytest.mark.parametrize(("kind", "form"), FILES.items())
def test_a_template_that_is_off_is_refused_and_nothing_is_signed(
    practice: Practice, quickly_measured: None, graphs: Graphs, kind: str, form: str
) -> None:
    tamper(practice.base, spoiled(graphs["playlist", form]))
    words = rf"The self-contained {kind} file of small 1 {FIGURE}"
    with pytest.raises(OutOfTolerance, match=words):
        release(practice)
    assert not Template.objects.filter(kind=kind).exists()
    assert not Bundle.objects.exists()
    assert not files_on_disk("bundles")


@pytest.mark.parametrize(("name", "form"), CONVERSIONS)
def test_a_kept_graph_that_was_exchanged_since_is_not_signed(
    practice: Practice, quickly_measured: None, graphs: Graphs, name: str, form: str
) -> None:
    row = Graph.objects.get(base=practice.base, name=name, format=form)
    Path(row.file.path).write_bytes(spoiled(graphs[name, form]).content)
    with pytest.raises(Altered, match="is not what was measured"):
        release(practice)
    assert not Bundle.objects.exists()


# Broken off


def test_a_release_that_was_broken_off_goes_on_with_what_is_there(
    unconverted: Practice, graphs: Graphs, remembered: list[tuple[str, str]]
) -> None:
    def die_at_the_third(share: float, note: str) -> None:
        if len(remembered) == 2:
            raise Killed

    with pytest.raises(Killed):
        release(unconverted, die_at_the_third)
    assert set(Graph.objects.values_list("name", "format")) == set(CONVERSIONS[:2])
    kept = set(Graph.objects.values_list("id", flat=True))
    release(unconverted)
    assert remembered == CONVERSIONS
    assert kept < set(Graph.objects.values_list("id", flat=True))
    assert unconverted.base.bundles.count() == len(BUNDLES)


@pytest.mark.parametrize("done", ["Locating", "Signing"])
def test_a_release_that_was_broken_off_after_converting_ends_as_one_that_was_not(
    practice: Practice, quickly_measured: None, done: str
) -> None:
    def die(share: float, note: str) -> None:
        if note.startswith(done):
            raise Killed

    with pytest.raises(Killed):
        release(practice, die)
    assert not Bundle.objects.exists()
    release(practice)
    assert practice.base.templates.count() == len(FILES)
    assert practice.base.bundles.count() == len(BUNDLES)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_keep_one_of_each(
    base: Base, graphs: Graphs, files_of_this_test: None, quickly_measured: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    keyring.create()
    outcomes = at_once(*[lambda: release(practice)] * 2)
    assert outcomes == [None, None]
    assert sorted(practice.base.templates.values_list("kind", flat=True)) == sorted(FILES)
    assert sorted(practice.base.bundles.values_list("kind", flat=True)) == sorted(BUNDLES)
