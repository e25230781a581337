"""The small base, its converted graphs, and a clinic that uses it, for the tests of exports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from adaptation.learning.bases import Base
from adaptation.models import PatientModel
from adaptation.services import adapt_patient
from exports import releasing, services
from exports.models import Graph, ModelPackage
from exports.parity import TOLERANCES, Parity
from exports.selectors import newest_package
from exports.services import publish_patient
from tests.practice import Practice, open_practice
from tests.trained import Graphs, shared_folder, small_base, small_graphs
from therapy.models import Patient

Publish = Callable[..., ModelPackage]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test run share."""
    return shared_folder(tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def base(shared: Path) -> Base:
    """Trained on simulated listeners, a few steps."""
    return small_base(shared)


@pytest.fixture(scope="session")
def graphs(shared: Path) -> Graphs:
    """The base's graphs in every format, by name and format."""
    return small_graphs(shared)


@pytest.fixture
def files_of_this_test(settings: Any, tmp_path: Path) -> None:
    """Files that services store, and keys, go to folders of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SIGNING_KEY_FOLDER = tmp_path / "keys"


@pytest.fixture
def practice(db: None, base: Base, graphs: Graphs, files_of_this_test: None) -> Practice:
    """A clinic with the small base released and converted, twelve tracks and a patient."""
    opened = open_practice(base)
    keep(graphs, opened)
    return opened


def keep(graphs: Graphs, practice: Practice) -> None:
    """Store graphs as if the practice's base had been converted here: that takes half a minute."""
    for graph in graphs.values():
        row = Graph(
            base=practice.base,
            name=graph.name,
            format=graph.format,
            sha256=graph.sha256,
            parity=Parity(1, 0.0, TOLERANCES[graph.format], 1).as_json(),
        )
        row.file.save(f"{graph.name}-{graph.format}", ContentFile(graph.content))


def adapt(patient: Patient) -> PatientModel:
    return adapt_patient(patient_id=patient.id, report=lambda share, note: None)


def export(patient: Patient) -> None:
    publish_patient(patient_id=patient.id, report=lambda share, note: None)


def published(patient: Patient) -> dict[str, ModelPackage]:
    """What the patient's phone should have, by kind."""
    found = {kind: newest_package(patient, kind) for kind in ModelPackage.Kind.values}
    return {kind: package for kind, package in found.items() if package is not None}


def bundle_for(record: ModelPackage, kind: str = "onnx") -> bytes:
    """The file that the record goes with."""
    with record.patient_model.base.bundles.get(kind=kind).file.open() as file:
        content: bytes = file.read()
    return content


@pytest.fixture
def quickly_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison with PyTorch is short here, for it has tests of its own."""
    monkeypatch.setattr(releasing, "TEMPLATE_CASES", 1)
    monkeypatch.setattr(services, "MEASURED", 1)


@pytest.fixture
def publish(practice: Practice, quickly_measured: None) -> Publish:
    """Adapt and export a patient, the practice's unless told; gives the newest package of a
    kind."""

    def published(patient: Patient | None = None, kind: str = "record") -> ModelPackage:
        who = patient or practice.patient
        adapt(who)
        export(who)
        package = newest_package(who, kind)
        assert package is not None
        return package

    return published
