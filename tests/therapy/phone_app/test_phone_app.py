"""How the patient's app is served: what each address answers, and what a browser is told of it."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from therapy.phone_app.headers import CONTENT_SECURITY_POLICY

PAGES = {
    "/phone/": ("index.html", "text/html; charset=utf-8"),
    "/phone/sw.js": ("sw.js", "text/javascript; charset=utf-8"),
    "/phone/manifest.webmanifest": ("manifest.webmanifest", "application/manifest+json"),
}
FILES = {
    "assets/index-1a2b3c4d.js": "max-age=315360000, public, immutable",
    "icons/mark-192.png": "max-age=60, public",
    "about/third-party-licences.txt": "max-age=60, public",
}


@pytest.fixture(autouse=True)
def app(settings: Any, tmp_path: Path) -> Path:
    """As Vite leaves it, with little in it."""
    settings.PHONE_APP = tmp_path / "dist"
    for name in [*(name for name, _ in PAGES.values()), *FILES]:
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(name))
        if not name.endswith("png"):
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.with_name(f"{path.name}.br").write_bytes(b"brotli")
    return tmp_path / "dist"


def text_of(name: str) -> str:
    """Long enough to be worth compressing."""
    return f"This is {name}." * 50


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_asked_for_each_time_and_answered_if_they_changed(
    client: Client, app: Path, address: str
) -> None:
    name, content_type = PAGES[address]
    answer = client.get(address)
    assert answer.status_code == 200
    assert body(answer) == text_of(name).encode()
    assert answer["Content-Type"] == content_type
    assert answer["Cache-Control"] == "no-cache"
    etag = answer["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, body(again)) == (304, b"")
    for header in ("Content-Security-Policy", "Permissions-Policy"):
        assert again[header] == answer[header], "a browser takes it for that of what it kept"

    (app / name).write_text((app / name).read_text().swapcase())  # of the same size and second
    changed = client.get(address, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


@pytest.mark.parametrize("address", [*PAGES, *(f"/phone/{name}" for name in FILES)])
def test_everything_of_the_app_has_its_policy(client: Client, address: str) -> None:
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert policy == CONTENT_SECURITY_POLICY
    directives = dict(each.split(" ", 1) for each in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert not any(word in policy for word in ("unsafe-inline", "'unsafe-eval'", "http:", "*"))
    assert answer["X-Content-Type-Options"] == "nosniff"
    if address in PAGES:
        assert "camera=(self)" in answer["Permissions-Policy"]
        assert "geolocation=()" in answer["Permissions-Policy"]


def test_pages_of_the_staff_keep_their_own_policy(client: Client, db: None) -> None:
    assert "wasm-unsafe-eval" not in client.get("/account/login/")["Content-Security-Policy"]
    assert "Content-Security-Policy" in client.get("/healthz")


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_named_by_their_content_never_change(client: Client, name: str) -> None:
    answer = client.get(f"/phone/{name}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == FILES[name]


@pytest.mark.parametrize("address", [*PAGES, "/phone/assets/index-1a2b3c4d.js"])
def test_the_copies_that_are_compressed_are_sent_to_who_reads_them(
    client: Client, app: Path, address: str
) -> None:
    brotli = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert (brotli["Content-Encoding"], body(brotli)) == ("br", b"brotli")
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(packed)).startswith(b"This is ")
    assert "Accept-Encoding" in packed["Vary"]
    assert brotli["Content-Type"] == packed["Content-Type"]


@pytest.mark.parametrize("address", [*PAGES, "/pair"])
def test_they_are_read_by_anyone_and_written_by_nobody(client: Client, address: str) -> None:
    assert client.get(address).status_code in {200, 302}
    assert client.head(address).status_code in {200, 302}
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", ["index.html", "sw.js", "../dist/sw.js", "assets/../sw.js", "x"])
def test_nothing_else_is_below_its_address(client: Client, db: None, name: str) -> None:
    assert client.get(f"/phone/{name}").status_code in {200, 404}
    if name != "sw.js":
        assert client.get(f"/phone/{name}").status_code == 404


def test_who_comes_with_a_camera_is_led_to_the_app(client: Client) -> None:
    answer = client.get("/pair")
    assert (answer.status_code, answer["Location"]) == (302, "/phone/")
    assert "no-store" in answer["Cache-Control"]


def test_a_server_without_the_app_says_so(client: Client, settings: Any, tmp_path: Path) -> None:
    assert "therapy.W001" not in ids()
    settings.PHONE_APP = tmp_path / "nowhere"
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code == 404
        assert "is not built on this server" in answer.content.decode()
    assert "Open the Attune app" in client.get("/pair").content.decode()
    assert "therapy.W001" in ids()


def ids() -> set[str | None]:
    return {each.id for each in run_checks(include_deployment_checks=True)}


def test_etags_go_by_content(client: Client, app: Path) -> None:
    digest = hashlib.sha256((app / "sw.js").read_bytes()).hexdigest()
    assert client.get("/phone/sw.js")["ETag"] == f'"{digest}"'
