"""`manage.py release_base`: converting, measuring and signing a base here and now."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from adaptation.learning.bases import Base
from exports import variants
from exports.kinds import BUNDLES
from exports.management.commands import release_base
from tests.exports.conftest import keep
from tests.exports.tampering import FIGURE, tamper, with_another_bias
from tests.practice import Practice, release_small
from tests.trained import Graphs

pytestmark = pytest.mark.django_db


def test_the_command_says_what_was_made_and_how_near_it_is(
    practice: Practice, quickly_measured: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("release_base", "small/1")
    said = capsys.readouterr().out
    for graph in practice.base.graphs.all():
        assert f"{graph.name} as {graph.format}, {graph.file.size:,} bytes" in said
    for bundle in practice.base.bundles.all():
        assert f"{bundle.kind}: {bundle.bytes:,} bytes, sha256 {bundle.sha256}" in said
    assert "self-contained file, coreml" in said
    assert "(allowed 2e-06), same order in 1 of 1 cases" in said
    assert "100%  Released small 1" in said


def test_the_formats_that_choose_the_same_tracks_are_written_where_asked(
    practice: Practice,
    quickly_measured: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(release_base, "CASES", 2)
    monkeypatch.setattr(variants, "TIMED_TRACKS", (10,))
    call_command("release_base", "--variants", "--to", str(tmp_path / "formats"))
    table = capsys.readouterr().out
    assert "Core ML, 8-bit palettised" in table
    written = {path.name for path in (tmp_path / "formats").iterdir()}
    assert {"adapt.onnx", "playlist.onnx", "playlist-float32.mlpackage.zip"} <= written
    onnx = (tmp_path / "formats" / "playlist.onnx").read_bytes()
    kept = practice.base.graphs.get(name="playlist", format="onnx")
    assert onnx == Path(kept.file.path).read_bytes()


def test_nothing_is_written_that_was_not_measured(practice: Practice) -> None:
    with pytest.raises(CommandError, match="--to goes with --variants"):
        call_command("release_base", "--to", "somewhere")


def test_the_command_releases_the_newest_base_unless_told(
    practice: Practice, quickly_measured: None, base: Base, graphs: Graphs
) -> None:
    newer = release_small(base)
    keep(graphs, replace(practice, base=newer))
    call_command("release_base")
    assert (newer.bundles.count(), practice.base.bundles.count()) == (len(BUNDLES), 0)


def test_the_command_tells_a_refusal_in_words(
    practice: Practice, quickly_measured: None, graphs: Graphs
) -> None:
    tamper(practice.base, with_another_bias(graphs["playlist", "onnx"], by=0.5))
    with pytest.raises(CommandError, match=FIGURE):
        call_command("release_base")


@pytest.mark.parametrize("name", ["small/2", "small", "other/1", "small/x", "/"])
def test_the_command_names_the_bases_there_are(practice: Practice, name: str) -> None:
    with pytest.raises(CommandError, match=rf"no base '{name}'. There are: small/1"):
        call_command("release_base", name)


def test_without_a_base_the_command_says_what_makes_one() -> None:
    with pytest.raises(CommandError, match=r"no base yet; `manage.py meta_train` makes one"):
        call_command("release_base")
