"""A real Chromium for the tests that are marked `browser`, and a window that remembers what went
wrong in it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.needs import ROOT, require
from tests.signing_in import PASSWORD, code_of

PHONE, DESK = (390, 844), (1280, 900)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

AXE = ROOT / "phone/node_modules/axe-core/axe.min.js"
INSPECT = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`));
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module. Playwright keeps an event loop on this thread for as long, which
    Django takes for a sign that its ORM is called from asynchronous code; it is not."""
    path = require("chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Window:
    """A page that remembers what went wrong in it."""

    page: Page
    site: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH_POLICY)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("request", self._request)

    def open(self, address: str) -> None:
        self.page.goto(self.site + address)

    def sign_in(self, email: str) -> None:
        self.open("/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_label("Code").fill(code_of())
        self.page.get_by_role("button", name="Sign in").click()

    def expect_calm(self) -> None:
        """No error in the console, nothing blocked, no other host, no sideways scrolling."""
        blocked = self.page.evaluate("window.violations")
        width, room = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert self.troubles == []
        assert blocked == []
        assert width <= room

    def expect_accessible(self) -> None:
        """No violation that axe-core finds."""
        self.page.evaluate(AXE.read_text())  # which the page's policy does not forbid
        assert self.page.evaluate(INSPECT) == []

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site, f"blob:{self.site}/", "data:")):
            self.troubles.append(f"asked {request.url}")


def context_of(chromium: Browser, size: tuple[int, int], **options: Any) -> BrowserContext:
    return chromium.new_context(viewport={"width": size[0], "height": size[1]}, **options)


@pytest.fixture(params=[(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def window(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Window]:
    """A dark phone, and a light desk."""
    size, scheme = request.param
    with context_of(chromium, size, color_scheme=scheme) as context:
        yield Window(context.new_page(), live_server.url)
