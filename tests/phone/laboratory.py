"""The app's code in a page of a real Chromium: phone/tests/laboratory, built and served here under
the policy that the app has."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import PHONE, Window, context_of
from tests.needs import ROOT

CONFIG = "tests/laboratory/vite.config.ts"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "media-src 'self' blob:"
)


@contextmanager
def laboratory(chromium: Browser, folder: Path, page: str = "index.html") -> Iterator[Page]:
    """A page of it, with `window.laboratory` in it. Fails on the way out for whatever went wrong in
    the page, such as a script that its policy forbids."""
    with (
        served_laboratory(folder) as site,
        context_of(chromium, PHONE) as context,
        opened(context, site, page) as found,
    ):
        yield found


@contextmanager
def served_laboratory(folder: Path) -> Iterator[str]:
    """Build it, and serve it while this lasts, at the address that this gives."""
    subprocess.run(
        [
            *(ROOT / "phone/npm.sh", "exec", "--silent", "--", "vite", "build"),
            *("--config", CONFIG, "--outDir", folder, "--emptyOutDir"),
        ],
        check=True,
    )
    with _served(folder) as site:
        yield site


@contextmanager
def opened(context: BrowserContext, site: str, page: str = "index.html") -> Iterator[Page]:
    window = Window(context.new_page(), site)
    window.open(f"/{page}")
    window.page.wait_for_function("'laboratory' in window")
    yield window.page
    window.expect_calm()


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """No lines on the tests' output."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"  # passkeys belong to names, not to addresses
        server.shutdown()
