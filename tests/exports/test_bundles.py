"""A base as phones fetch it: equal content is equal bytes, and the manifest describes what is
inside."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS, WEIGHTS
from adaptation.learning.waypoints import GUARDS
from exports.archives import read_archive
from exports.bundles import PLAYLIST_WEIGHTS, bundle_of
from exports.kinds import BUNDLES, FORMAT
from exports.selectors import content_of
from tests.exports.conftest import Publish, bundle_for
from tests.factories import PatientFactory
from tests.practice import Practice
from tests.trained import SCHEMA, Graphs
from therapy.catalogue.models import digest_of_key

pytestmark = pytest.mark.django_db

every_kind = pytest.mark.parametrize("kind", list(BUNDLES))


def inside(practice: Practice, base: Base, graphs: Graphs, kind: str) -> dict[str, bytes]:
    return read_archive(bundle_of(practice.base, base, kind, list(graphs.values())))


def manifest(entries: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entries["manifest.json"])
    return found


@every_kind
def test_the_same_base_is_the_same_bytes_in_whatever_order_its_tracks_came(
    practice: Practice, base: Base, graphs: Graphs, kind: str
) -> None:
    items = {key: np.zeros(base.learner.settings.item_columns, np.float32) for key in "ab"}
    one = replace(base, items=items)
    turned = replace(base, items=dict(reversed(items.items())))
    made = list(graphs.values())
    content = bundle_of(practice.base, one, kind, made)
    assert bundle_of(practice.base, turned, kind, made) == content
    practice.base.version = 2
    assert bundle_of(practice.base, one, kind, made) != content


@pytest.mark.parametrize(
    ("kind", "graphs_inside"),
    [
        ("onnx", {"adapt.onnx", "playlist.onnx"}),
        ("coreml", {"adapt-float32.mlpackage", "playlist-float32.mlpackage"}),
        ("coreml-float16", {"adapt-float32.mlpackage", "playlist-float16.mlpackage"}),
    ],
)
def test_the_entries_are_those_that_are_documented(
    practice: Practice, base: Base, graphs: Graphs, kind: str, graphs_inside: set[str]
) -> None:
    entries = {path.split("/")[0] for path in inside(practice, base, graphs, kind)}
    assert entries == {"manifest.json", "items.f32"} | graphs_inside


def test_the_manifest_describes_the_graphs_that_are_there(
    practice: Practice, base: Base, graphs: Graphs
) -> None:
    entries = inside(practice, base, graphs, "onnx")
    listed = {graph["name"]: graph for graph in manifest(entries)["graphs"]}
    assert set(listed) == {"adapt", "playlist"}
    kinds = {"tensor(float)": "float32", "tensor(int32)": "int32"}
    for name, graph in listed.items():
        assert graph["format"] == "onnx"
        content = entries[graph["path"]]
        assert content == graphs[name, "onnx"].content
        session = onnxruntime.InferenceSession(content)
        for side, ports in (("inputs", session.get_inputs()), ("outputs", session.get_outputs())):
            assert graph[side] == [
                {"name": port.name, "shape": port.shape, "dtype": kinds[port.type]}
                for port in ports
            ]


@pytest.mark.parametrize("kind", ["coreml", "coreml-float16"])
def test_a_core_ml_manifest_says_where_each_graph_is_and_in_which_format(
    practice: Practice, base: Base, graphs: Graphs, kind: str
) -> None:
    entries = inside(practice, base, graphs, kind)
    listed = manifest(entries)["graphs"]
    assert {graph["name"]: graph["format"] for graph in listed} == BUNDLES[kind]
    for graph in listed:
        start = f"{graph['path']}/"
        there = {
            path.removeprefix(start): kept
            for path, kept in entries.items()
            if path.startswith(start)
        }
        assert there == read_archive(graphs[graph["name"], graph["format"]].content)


@every_kind
def test_the_manifest_says_what_every_number_means(
    practice: Practice, base: Base, graphs: Graphs, kind: str
) -> None:
    said = manifest(inside(practice, base, graphs, kind))
    assert (said["format"], said["kind"]) == (FORMAT, kind)
    assert said["base"] == {
        "name": "small",
        "version": 1,
        "sha256": practice.base.weights_sha256,
        "trained_on": "80 simulated listeners",
        "simulated": True,
        "vector": base.learner.vector_size,
    }
    assert said["schema"] == {"name": "small", "version": 1, "columns": list(SCHEMA.columns)}
    assert said["outcomes"] == list(OUTCOMES)
    planner = said["playlist"]
    assert planner["most_tracks"] == MOST_TRACKS
    assert planner["guards"] == list(GUARDS)
    assert planner["terms"] == list(TERMS)
    assert [weight["name"] for weight in planner["weights"]] == list(WEIGHTS)
    assert {weight["name"]: weight["value"] for weight in planner["weights"]} == PLAYLIST_WEIGHTS


# What it does not say


@every_kind
def test_a_bundle_says_nothing_of_any_patient_or_clinic(
    practice: Practice, publish: Publish, kind: str
) -> None:
    patient = PatientFactory(clinic=practice.clinic, code="VERY-PRIVATE-7")
    practice.sit((practice.tracks[0], 5), before=(0.1, 0.1), after=(0.2, 0.2), patient=patient)
    record = publish(patient)
    model = record.patient_model
    secrets = [patient.code, patient.clinic.slug, patient.clinic.name, practice.tracks[0].title]
    secrets += [
        str(key) for key in (patient.id, patient.clinic_id, practice.tracks[0].id, model.id)
    ]
    hidden = [secret.encode() for secret in secrets]
    hidden += [patient.id.bytes, model.id.bytes, bytes(model.vector), content_of(record).vector]
    for path, content in read_archive(bundle_for(record, kind)).items():
        for secret in hidden:
            assert secret not in content, f"{secret!r} in {path}"


@every_kind
def test_tracks_go_by_the_digests_of_their_keys_alone(
    practice: Practice, base: Base, graphs: Graphs, kind: str
) -> None:
    keys = ["harbour-music/calm-piece", "harbour-music/brisk-piece"]
    columns = np.zeros(base.learner.settings.item_columns, np.float32)
    known = replace(base, items=dict.fromkeys(keys, columns))
    entries = inside(practice, known, graphs, kind)
    assert manifest(entries)["items"]["tracks"] == sorted(map(digest_of_key, keys))
    for path, content in entries.items():
        for word in (b"harbour", b"calm-piece", b"brisk-piece"):
            assert word not in content, f"{word!r} in {path}"
