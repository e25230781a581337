"""The package file: equal content is equal bytes, and the manifest describes what is inside."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS, WEIGHTS
from adaptation.learning.waypoints import GUARDS
from exports.converted import Converted
from exports.manifest import PLAYLIST_WEIGHTS
from exports.models import ModelPackage
from exports.packages import (
    FORMAT,
    folder_entries,
    manifest_bytes,
    read_archive,
    write_archive,
    write_folder,
)
from tests.exports.conftest import Publish
from tests.factories import PatientFactory
from tests.practice import Practice
from tests.trained import SCHEMA, Graphs

ENTRIES = {"b.txt": b"second", "a/inner.bin": bytes(range(256)) * 50, "a/empty": b""}


def inside(package: ModelPackage) -> dict[str, bytes]:
    return read_archive(Path(package.file.path).read_bytes())


def manifest(package: ModelPackage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inside(package)["manifest.json"])
    return found


def test_the_same_entries_are_the_same_bytes_in_whatever_order_they_came() -> None:
    turned = dict(reversed(ENTRIES.items()))
    assert list(turned) != list(ENTRIES)
    assert write_archive(turned) == write_archive(ENTRIES)
    assert write_archive(ENTRIES | {"b.txt": b"changed"}) != write_archive(ENTRIES)


def test_what_is_archived_comes_back(tmp_path: Path) -> None:
    content = write_archive(ENTRIES)
    assert read_archive(content) == ENTRIES
    write_folder(read_archive(content), tmp_path / "out")
    assert folder_entries(tmp_path / "out") == ENTRIES


def test_archives_are_compressed_and_without_times() -> None:
    with zipfile.ZipFile(io.BytesIO(write_archive(ENTRIES))) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.compress_type == zipfile.ZIP_DEFLATED
        assert archive.getinfo("a/inner.bin").compress_size < 1000


def test_a_manifest_is_the_same_bytes_for_the_same_content() -> None:
    assert manifest_bytes({"b": 1, "a": "ä"}) == manifest_bytes({"a": "ä", "b": 1})
    assert json.loads(manifest_bytes({"a": "ä"})) == {"a": "ä"}


def test_the_entries_are_those_that_are_documented(practice: Practice, publish: Publish) -> None:
    assert set(inside(publish())) == {
        "manifest.json",
        "vector.f32",
        "items.f32",
        "adapt.onnx",
        "playlist.onnx",
    }
    folders = {path.split("/")[0] for path in inside(publish(kind="coreml"))}
    assert folders == {
        "manifest.json",
        "vector.f32",
        "items.f32",
        "adapt-float32.mlpackage",
        "playlist-float32.mlpackage",
        "playlist-float16.mlpackage",
    }


def test_the_manifest_describes_the_graphs_that_are_there(publish: Publish) -> None:
    package = publish()
    entries = inside(package)
    listed = {graph["name"]: graph for graph in manifest(package)["graphs"]}
    assert set(listed) == {"adapt", "playlist"}
    kinds = {"tensor(float)": "float32", "tensor(int32)": "int32"}
    for name, graph in listed.items():
        content = entries[f"{name}.onnx"]
        assert graph["format"] == "onnx"
        assert graph["sha256"] == Converted(name, "onnx", content).sha256
        session = onnxruntime.InferenceSession(content)
        for side, ports in (("inputs", session.get_inputs()), ("outputs", session.get_outputs())):
            assert graph[side] == [
                {"name": port.name, "shape": port.shape, "dtype": kinds[port.type]}
                for port in ports
            ]


def test_a_core_ml_manifest_names_each_graph_with_its_format(
    publish: Publish, graphs: Graphs
) -> None:
    listed = manifest(publish(kind="coreml"))["graphs"]
    assert {(graph["name"], graph["format"]) for graph in listed} == {
        key for key in graphs if key[1] != "onnx"
    }


def test_the_manifest_says_what_every_number_means(practice: Practice, publish: Publish) -> None:
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 3))
    package = publish()
    said, model = manifest(package), package.patient_model
    assert said["format"] == FORMAT
    assert said["model"] == {
        "id": str(model.id),
        "version": 1,
        "rated_tracks": 2,
        "created_at": model.created_at.isoformat(),
    }
    assert said["base"] == {
        "name": "small",
        "version": 1,
        "sha256": practice.base.weights_sha256,
        "trained_on": "80 simulated listeners",
        "simulated": True,
    }
    assert said["schema"] == {"name": "small", "version": 1, "columns": list(SCHEMA.columns)}
    assert said["outcomes"] == list(OUTCOMES)
    planner = said["playlist"]
    assert planner["most_tracks"] == MOST_TRACKS
    assert planner["guards"] == list(GUARDS)
    assert planner["terms"] == list(TERMS)
    assert [weight["name"] for weight in planner["weights"]] == list(WEIGHTS)
    assert {weight["name"]: weight["value"] for weight in planner["weights"]} == PLAYLIST_WEIGHTS


def test_the_vector_is_little_endian_float32(publish: Publish, practice: Practice) -> None:
    vector = np.frombuffer(inside(publish())["vector.f32"], "<f4")
    assert len(vector) == practice.base.vector_size
    assert np.isfinite(vector).all()


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_a_package_says_nothing_of_the_patient_but_the_vector(
    practice: Practice, publish: Publish, kind: str
) -> None:
    patient = PatientFactory(clinic=practice.clinic, code="VERY-PRIVATE-7")
    practice.sit((practice.tracks[0], 5), before=(0.1, 0.1), after=(0.2, 0.2), patient=patient)
    secrets = [patient.code, patient.clinic.slug, patient.clinic.name, practice.tracks[0].title]
    secrets += [str(key) for key in (patient.id, patient.clinic_id, practice.tracks[0].id)]
    for path, content in inside(publish(patient, kind)).items():
        for secret in secrets:
            assert secret.encode() not in content, f"{secret} in {path}"
