"""A listener of a published data set, from the folder of CSV files to a playlist, by commands."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from exports.models import Graph
from tests.needs import data_folder
from therapy.models import Track
from worker.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command(*arguments)
    return capsys.readouterr().out


def test_a_listener_of_situnes_is_adapted_exported_and_gets_a_playlist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is remembered here: the base is trained and converted for this test."""
    folder = str(data_folder() / "situnes")
    command(capsys, "import_ratings", "--source", "situnes", folder)
    assert Job.objects.filter(kind="adapt_patient", state="queued").count() == 30
    command(capsys, "meta_train", "--situnes", folder)

    said = command(capsys, "adapt", "--patient", "situnes/situnes-07")
    assert "Model version 1 of situnes-07: base situnes 1" in said
    said = command(capsys, "export", "--patient", "situnes-07")
    for kind in ("record", "onnx", "coreml"):
        assert f"{kind}: " in said
    assert said.count("same order in 5 of 5 cases") == 2
    assert {(graph.name, graph.format) for graph in Graph.objects.all()} == {
        ("adapt", "onnx"),
        ("adapt", "coreml-float32"),
        ("playlist", "onnx"),
        ("playlist", "coreml-float32"),
        ("playlist", "coreml-float16"),
    }

    asked = ("--patient", "situnes-07", "--mood", "-0.3", "0.5", "--minutes", "20", "--json")
    made: dict[str, Any] = json.loads(command(capsys, "playlist", *asked))
    assert 20 <= made["minutes"] <= 60
    chosen = [track["track"] for track in made["tracks"]]
    assert len(set(chosen)) == len(chosen)
    assert Track.objects.filter(id__in=chosen, catalogue__slug="situnes").count() == len(chosen)
