"""What the app is built into: the same each time, small, nothing inline, with every licence."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.phone.built import build_app, build_page

MOST_BYTES = 5_000_000
"""Of the first load, before any audio, as brotli sends it (4G at 10 Mbit/s: 4 s)."""
REMOTE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_app(tmp_path_factory.mktemp("app") / "dist")


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def kept_by(app: Path) -> dict[str, str]:
    """What the service worker keeps: addresses, and SHA-256 in base64."""
    found = re.findall(
        r'\[[`"](/phone/[^`"]*)[`"],\s*[`"]([A-Za-z0-9+/=]{44})[`"]\]', text(app, "sw.js")
    )
    return dict(found)


def text(app: Path, name: str) -> str:
    return (app / name).read_text()


def at(app: Path, address: str) -> Path:
    return app / (address.removeprefix("/phone/") or "index.html")


def test_the_same_sources_are_built_into_the_same_files(app: Path, tmp_path: Path) -> None:
    assert files_of(build_app(tmp_path / "again")) == files_of(app)


def test_the_service_worker_keeps_every_file_as_it_was_built(app: Path) -> None:
    kept = kept_by(app)
    assert kept
    for address, digest in kept.items():
        content = at(app, address).read_bytes()
        assert base64.b64encode(hashlib.sha256(content).digest()).decode() == digest, address
    built = {f"/phone/{name}" for name in files_of(app) if not name.endswith((".br", ".gz"))}
    apart = {"/phone/index.html", "/phone/sw.js", "/phone/about/third-party-licences.txt"}
    assert set(kept) == built - apart | {"/phone/"}


def test_the_first_load_is_small(app: Path, tmp_path: Path) -> None:
    """All that is kept, and the service worker, whatever the page asks for before."""
    sizes = {address: sent(at(app, address)) for address in [*kept_by(app), "/phone/sw.js"]}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def sent(path: Path) -> int:
    """Bytes, where the browser takes brotli."""
    packed = path.with_name(f"{path.name}.br")
    return (packed if packed.exists() else path).stat().st_size


def test_of_onnx_runtime_there_is_the_one_build_that_is_used(tmp_path: Path) -> None:
    built = build_page(tmp_path / "page", "first")
    assert [path.name.split("-D")[0] for path in built.rglob("*.wasm")] == [
        "ort-wasm-simd-threaded"
    ]


def test_the_page_has_nothing_inline_and_asks_no_other_host(app: Path) -> None:
    page = text(app, "index.html")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) == []
    assert not REMOTE.search(page)
    assert page.count("<noscript>") == 1


def test_the_licences_of_all_that_is_shipped_are_in_it(app: Path) -> None:
    licences = text(app, "about/third-party-licences.txt")
    lock = json.loads((ROOT / "phone/package-lock.json").read_text())["packages"]
    shipped = {
        path.removeprefix("node_modules/"): found["version"]
        for path, found in lock.items()
        if path and not found.get("dev") and "types" not in path
    }
    direct = json.loads((ROOT / "phone/package.json").read_text())["dependencies"]
    assert set(direct) <= set(shipped)
    for name, version in shipped.items():
        assert f"\n{name} {version}\n" in licences, name
    assert licences.count("MIT License") >= 3
