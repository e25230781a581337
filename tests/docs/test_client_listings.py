"""The tables in the listings for apps say what the server says."""

import re
from dataclasses import fields
from typing import get_type_hints

import pytest

from adaptation.learning.bases import Base
from adaptation.learning.playlist import MOST_TRACKS
from adaptation.learning.relation import RelationLearner, RelationSettings
from exports.graphs import TRACKS, GraphSpec, Port, graphs_of
from exports.kinds import FORMAT
from exports.signing.payloads import (
    BaseStatement,
    FileStatement,
    KeyStatement,
    PatientRecord,
    Payload,
)
from tests.needs import ROOT

CLIENTS = ROOT / "docs" / "clients"
SIGNING = "../../phone/src/signing"
VERIFY = [f"{SIGNING}/verify.ts", "Verify.swift", "Verify.kt"]
ACCEPT = [f"{SIGNING}/accept.ts", "Accept.swift", "Accept.kt"]
PLAYLIST = ["Playlist.swift", "Playlist.kt"]
PAYLOADS: list[type[Payload]] = [PatientRecord, BaseStatement, FileStatement, KeyStatement]
KINDS = {int: "uint", bool: "bool", str: "text", bytes: "bytes"}

# A base's sizes, unlike each other and unlike all others in the graphs.
LEARNER = RelationLearner(RelationSettings(features=5, items=True))
BASE = Base(LEARNER, "small-1", (0.0,) * 5)
WIDTH, VECTOR = LEARNER.settings.width, LEARNER.vector_size


def text_of(name: str) -> str:
    return (CLIENTS / name).read_text()


def marked(name: str, title: str) -> str:
    """What stands between a listing's line `title` and the next `end`."""
    found = re.search(
        rf"(?://|<!--) {title}\b.*?\n(.*?)(?://|<!--) end\b", text_of(name), re.DOTALL
    )
    assert found, f"{name} has nothing marked as {title}"
    return found[1]


def graph_named(name: str) -> GraphSpec:
    return next(graph for graph in graphs_of(BASE) if graph.name == name)


def shapes(ports: tuple[Port, ...]) -> dict[str, tuple[object, ...]]:
    return {port.name: port.shape for port in ports}


@pytest.mark.parametrize("listing", VERIFY)
def test_payloads_are_those_that_the_server_signs(listing: str) -> None:
    told: dict[str, str] = {}
    for part in re.findall(r'"([^"]*)"', marked(listing, "table: payloads")):
        if part.startswith("attune/"):
            purpose = part
            told[purpose] = ""
        else:
            told[purpose] += part
    assert told == {kind.purpose: ", ".join(described(kind)) for kind in PAYLOADS}


def described(payload: type[Payload]) -> list[str]:
    kinds = get_type_hints(payload)
    return [
        f"{field.name} {payload.lengths.get(field.name, KINDS[kinds[field.name]])}"
        for field in fields(payload)  # type: ignore[arg-type]  # a dataclass
    ]


@pytest.mark.parametrize("listing", ACCEPT)
def test_the_manifest_format_is_the_one_that_is_written(listing: str) -> None:
    assert re.findall(r'"(attune-bundle-[^"]*)"', text_of(listing)) == [FORMAT]


@pytest.mark.parametrize("listing", VERIFY)
def test_every_reason_of_a_refusal_is_explained(listing: str) -> None:
    reasons = re.findall(r'"([^"]*)"', marked(listing, "table: reasons"))
    table = re.search(r"\| reason \|.*?\n\n", text_of("README.md"), re.DOTALL)
    assert table
    first_column = " ".join(line.split("|")[1] for line in table[0].strip().splitlines())
    assert sorted(re.findall(r"`([^`]*)`", first_column)) == sorted(reasons)


@pytest.mark.parametrize("name", ["adapt", "playlist"])
def test_the_readme_lists_a_graphs_inputs_and_outputs(name: str) -> None:
    sizes = {"N": TRACKS, "width": WIDTH, "D": VECTOR, "K": MOST_TRACKS}
    told = []
    for line in marked("README.md", "table: graphs").splitlines():
        graph, way, port, shape, dtype = [cell.strip() for cell in (line + "|" * 6).split("|")][1:6]
        if graph == name:
            sides = tuple(sizes.get(side) or int(side) for side in shape.strip("[]").split(", "))
            told.append((way, Port(port.strip("`"), sides, dtype)))  # type: ignore[arg-type]
    graph = graph_named(name)
    assert told == [("in", port) for port in graph.inputs] + [
        ("out", port) for port in graph.outputs
    ]


@pytest.mark.parametrize("listing", PLAYLIST)
@pytest.mark.parametrize("name", ["adapt", "playlist"])
def test_listings_feed_every_input_in_its_shape(listing: str, name: str) -> None:
    sizes: dict[str, int | str] = {
        "n": TRACKS,
        "width": WIDTH,
        "rating.features": WIDTH,
        "vector": VECTOR,
        "MOST_TRACKS": MOST_TRACKS,
        "mostTracks": MOST_TRACKS,
    }
    fed = {}
    for port, arguments in re.findall(
        r'"(\w+)"(?: to|:) tensor\((.*)\),$', marked(listing, f"inputs of {name}"), re.MULTILINE
    ):
        _, *sides = re.split(r", (?![^(]*\))", arguments)
        named = [re.sub(r"\.(size|count)$", "", side) for side in sides]
        fed[port] = tuple(sizes.get(side) or int(side) for side in named)
    assert fed == shapes(graph_named(name).inputs)


@pytest.mark.parametrize(
    ("listing", "of_rows"), [("Playlist.swift", r"pair\({}, k\)"), ("Playlist.kt", r"rows\({}\)")]
)
def test_listings_read_outputs_that_there_are(listing: str, of_rows: str) -> None:
    content = text_of(listing)
    names = re.findall(r'value\("(\w+)"\)', content)
    outputs = {**shapes(graph_named("adapt").outputs), **shapes(graph_named("playlist").outputs)}
    assert {"order", "adapted"} <= set(names) <= set(outputs)
    for name in names:
        variable = re.search(rf'let (\w+) = try value\("{name}"\)', content)
        read = variable[1] if variable else rf'value\("{name}"\)'
        has_rows = re.search(of_rows.format(read), content) is not None
        assert len(outputs[name]) == (2 if has_rows else 1), name


def test_the_readme_names_every_listing() -> None:
    listings = {path.name for path in CLIENTS.iterdir()} - {"README.md"}
    assert set(re.findall(r"\]\((\w+\.\w+)\)", text_of("README.md"))) == listings
