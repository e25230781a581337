"""Exporting: a base once, each patient's model after it, and nothing that does not agree with
PyTorch."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

import worker.tasks
from adaptation.learning.bases import Base
from adaptation.models import PatientModel
from exports import converted, services
from exports.graphs import GraphSpec
from exports.models import Graph, ModelPackage
from exports.packages import read_archive
from exports.parity import OutOfTolerance
from tests.exports.conftest import adapt, export, keep
from tests.exports.tampering import with_another_bias, with_other_weights
from tests.factories import PatientFactory
from tests.practice import Practice, open_practice
from tests.threads import at_once
from tests.trained import Graphs
from worker.jobs import JobRefused
from worker.models import Job

pytestmark = pytest.mark.django_db

FIGURE = r"deviates from PyTorch by \d\.\d\de[-+]0\d in \d+ cases"


def packages_on_disk() -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / "packages").glob("*"))


def tamper(practice: Practice, graph: converted.Converted) -> None:
    """Put a tampered graph in the place of the stored one, digest and all."""
    row = Graph.objects.get(base=practice.base, name=graph.name, format=graph.format)
    Path(row.file.path).write_bytes(graph.content)
    Graph.objects.filter(id=row.id).update(sha256=graph.sha256)


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch, graphs: Graphs) -> list[str]:
    """Converting gives the graphs that were converted for all tests; which, in order."""
    asked: list[str] = []

    def convert(spec: GraphSpec) -> Any:
        asked.append(spec.name)
        return (graph for graph in graphs.values() if graph.name == spec.name)

    monkeypatch.setattr(converted, "convert", convert)
    return asked


# A base


def test_a_base_is_converted_once_and_every_graph_kept_with_what_was_measured(
    db: None, base: Base, graphs: Graphs, files_of_this_test: None, remembered: list[str]
) -> None:
    practice = open_practice(base)
    told: list[tuple[float, str]] = []
    kept = services.convert_base(base=practice.base, report=lambda *step: told.append(step))
    assert {(graph.name, graph.format) for graph in kept} == set(graphs)
    for row in kept:
        graph = graphs[row.name, row.format]
        assert Path(row.file.path).read_bytes() == graph.content
        assert row.sha256 == graph.sha256
        assert row.parity["deviation"] <= row.parity["tolerance"]
        assert row.parity["cases"] == services.BASE_CASES[row.format]
        if row.format != "coreml-float16":
            assert row.parity["same_order"] == row.parity["cases"]
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert len(told) == len(graphs)

    again = services.convert_base(base=practice.base, report=lambda share, note: None)
    assert [graph.id for graph in again] == [graph.id for graph in kept]
    assert remembered == ["adapt", "playlist"]


def test_a_base_whose_conversion_is_off_is_not_kept(
    db: None,
    base: Base,
    graphs: Graphs,
    files_of_this_test: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    practice = open_practice(base)
    off = with_another_bias(graphs["adapt", "onnx"], by=0.01)

    def convert(spec: GraphSpec) -> Any:
        for graph in graphs.values():
            if graph.name == spec.name:
                yield off if graph.name == off.name and graph.format == off.format else graph

    monkeypatch.setattr(converted, "convert", convert)
    model = adapt(practice.patient)
    with pytest.raises(OutOfTolerance, match=rf"adapt as onnx of base small 1 {FIGURE}"):
        export(model)
    assert not Graph.objects.exists()
    assert not ModelPackage.objects.exists()
    assert not packages_on_disk()


# A patient's model


def test_both_kinds_of_package_are_published_with_what_was_measured(
    practice: Practice, graphs: Graphs
) -> None:
    practice.sit((practice.tracks[0], 5), before=(0, 0), after=(0.3, -0.1))
    model = adapt(practice.patient)
    packages = {package.kind: package for package in export(model)}
    assert set(packages) == {"onnx", "coreml"}
    assert {package.kind: set(package.parity) for package in packages.values()} == {
        "onnx": {"adapt as onnx", "playlist as onnx"},
        "coreml": {
            "adapt as coreml-float32",
            "playlist as coreml-float32",
            "playlist as coreml-float16",
        },
    }
    for package in packages.values():
        content = Path(package.file.path).read_bytes()
        assert package.bytes == len(content)
        entries = read_archive(content)
        assert entries["vector.f32"] == bytes(model.vector)
        for figures in package.parity.values():
            assert 0 <= figures["deviation"] <= figures["tolerance"]
            assert figures["cases"] == services.PATIENT_CASES
    onnx = read_archive(Path(packages["onnx"].file.path).read_bytes())
    assert onnx["playlist.onnx"] == graphs["playlist", "onnx"].content


def test_exporting_again_gives_the_same_packages(practice: Practice) -> None:
    model = adapt(practice.patient)
    first = {package.id: package.sha256 for package in export(model)}
    again = {package.id: package.sha256 for package in export(model)}
    assert first == again
    assert ModelPackage.objects.count() == 2


def test_publishing_again_gives_the_same_bytes(practice: Practice) -> None:
    model = adapt(practice.patient)
    first = {package.kind: package.sha256 for package in export(model)}
    ModelPackage.objects.all().delete()
    assert {package.kind: package.sha256 for package in export(model)} == first


def test_a_version_that_was_overtaken_is_not_exported_any_more(practice: Practice) -> None:
    old = adapt(practice.patient)
    practice.sit((practice.tracks[0], 5))
    new = adapt(practice.patient)
    assert export(old) == []
    assert len(export(new)) == 2
    assert set(ModelPackage.objects.values_list("patient_model__version", flat=True)) == {2}


def test_another_patients_newer_version_overtakes_nothing(practice: Practice) -> None:
    other = PatientFactory(clinic=practice.clinic)
    ours = adapt(practice.patient)
    adapt(other)
    practice.sit((practice.tracks[0], 5), patient=other)
    assert adapt(other).version > ours.version
    assert len(export(ours)) == 2


# What is refused


@pytest.mark.parametrize("form", ["onnx", "coreml-float32", "coreml-float16"])
def test_a_tampered_graph_is_refused_with_the_figure_and_nothing_is_published(
    practice: Practice, graphs: Graphs, form: str
) -> None:
    graph = graphs["playlist", form]
    change = with_another_bias if form == "onnx" else with_other_weights
    tamper(practice, change(graph, by=0.5))
    model = adapt(practice.patient)
    words = rf"playlist as {form} of Model of P-1, version 1 {FIGURE}"
    with pytest.raises(OutOfTolerance, match=words):
        export(model)
    assert not ModelPackage.objects.exists()
    assert not packages_on_disk()


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_vector_that_is_not_a_number_is_refused(practice: Practice, number: float) -> None:
    model = adapt(practice.patient)
    vector = np.frombuffer(bytes(model.vector), "<f4").copy()
    vector[[3, 50]] = number
    PatientModel.objects.filter(id=model.id).update(vector=vector.tobytes())
    said = rf"is damaged: {len(vector)} numbers, 2 of them not finite"
    with pytest.raises(JobRefused, match=said):
        export(model)
    assert not ModelPackage.objects.exists()
    assert not packages_on_disk()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, 1.5])
def test_a_vector_of_another_length_is_refused(practice: Practice, share: float) -> None:
    model = adapt(practice.patient)
    vector = np.frombuffer(bytes(model.vector), "<f4")
    other = np.tile(vector, 2)[: int(share * len(vector))]
    PatientModel.objects.filter(id=model.id).update(vector=other.astype("<f4").tobytes())
    with pytest.raises(JobRefused, match=rf"is damaged: {len(other)} numbers"):
        export(model)
    assert not ModelPackage.objects.exists()


def test_when_the_second_package_cannot_be_written_neither_is_published(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = ModelPackage.save

    def fail_for_core_ml(package: ModelPackage, *args: Any, **options: Any) -> None:
        if package.kind == ModelPackage.Kind.COREML:
            raise OSError("disk full")
        save(package, *args, **options)

    monkeypatch.setattr(ModelPackage, "save", fail_for_core_ml)
    with pytest.raises(OSError, match="disk full"):
        export(adapt(practice.patient))
    assert not ModelPackage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_as_a_job_a_refusal_is_final_and_told_on_the_job(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    tamper(practice, with_another_bias(graphs["playlist", "onnx"], by=0.5))
    adapt(practice.patient)
    job = Job.objects.get(kind="export_patient_model")
    worker.tasks.export_patient_model(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert re.search(rf"playlist as onnx of Model of P-1, version 1 {FIGURE}", job.error)
    assert not ModelPackage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_as_a_job_a_rating_becomes_a_package(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    practice.sit((practice.tracks[0], 5))
    adapt(practice.patient)
    job = Job.objects.get(kind="export_patient_model")
    worker.tasks.export_patient_model(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error, job.progress) == (Job.State.SUCCEEDED, "", 1.0)
    assert ModelPackage.objects.filter(patient_model__patient=practice.patient).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_publish_one_package_of_each_kind(
    base: Base, graphs: Graphs, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    keep(graphs, practice)
    model = adapt(practice.patient)
    outcomes = at_once(*[lambda: export(model)] * 2)
    assert any(isinstance(outcome, list) and len(outcome) == 2 for outcome in outcomes), outcomes
    assert sorted(model.packages.values_list("kind", flat=True)) == ["coreml", "onnx"]


# The command


def test_the_command_says_what_was_published_and_how_near_it_is(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    model = adapt(practice.patient)
    call_command("export", patient="practice/P-1")
    said = capsys.readouterr().out
    for package in model.packages.all():
        assert f"{package.kind}: {package.bytes:,} bytes, sha256 {package.sha256}" in said
    assert "playlist as onnx: deviates from PyTorch by" in said
    assert "(allowed 2e-06), same order in 20 of 20 cases" in said
    assert "(allowed 3e-03)" in said


def test_the_command_tells_a_refusal_in_words(practice: Practice, graphs: Graphs) -> None:
    tamper(practice, with_another_bias(graphs["playlist", "onnx"], by=0.5))
    adapt(practice.patient)
    with pytest.raises(CommandError, match=FIGURE):
        call_command("export", patient="P-1")


def test_the_command_needs_a_model_and_a_patient(practice: Practice) -> None:
    with pytest.raises(CommandError, match=r"P-1 has no model yet; `manage.py adapt` makes one"):
        call_command("export", patient="P-1")
    with pytest.raises(CommandError, match="no patient 'P-9'"):
        call_command("export", patient="P-9")
