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

from playwright.sync_api import Browser, Page

from tests.browsing import PHONE, Window, context_of
from tests.needs import ROOT

CONFIG = "tests/laboratory/vite.config.ts"
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


@contextmanager
def laboratory(chromium: Browser, folder: Path) -> Iterator[Page]:
    """The page, with `window.laboratory` in it. Fails on the way out for whatever went wrong in
    the page, such as a script that its policy forbids."""
    subprocess.run(
        [
            *(ROOT / "phone/npm.sh", "exec", "--silent", "--", "vite", "build"),
            *("--config", CONFIG, "--outDir", folder, "--emptyOutDir"),
        ],
        check=True,
    )
    with _served(folder) as site, context_of(chromium, PHONE) as context:
        window = Window(context.new_page(), site)
        window.open("/index.html")
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
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
