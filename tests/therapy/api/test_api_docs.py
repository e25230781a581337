"""The description as a page: it works under the site's strict policy, with no remote host."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.needs import require
from tests.people import Phone

ADDRESS = "/api/v1/docs/"


def policy(address: str) -> dict[str, list[str]]:
    """The Content-Security-Policy of an answer, by directive."""
    header = Client().get(address).headers["Content-Security-Policy"]
    parts = [part.split() for part in header.split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.django_db
def test_only_the_page_itself_may_have_styles_of_its_own() -> None:
    assert policy(ADDRESS)["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy(ADDRESS)["script-src"] == ["'self'"]
    assert policy("/api/v1/schema/")["style-src"] == ["'self'"]


@contextmanager
def window() -> Iterator[Any]:
    """A page of a real browser. Open it last and close it first: while it is open this thread
    belongs to its event loop, where Django lets nobody touch the database."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=require("chromium"), args=["--no-sandbox"]
        )
        try:
            yield browser.new_page()
        finally:
            browser.close()


@pytest.mark.browser
def test_a_call_can_be_tried_from_the_page(phone: Phone, live_server: Any) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    token = '.auth-container:has-text("deviceToken")'
    me = '[id$="people-getMe"]'
    with window() as page:
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda raised: complaints.append(str(raised)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(live_server.url + ADDRESS)
        page.click(".btn.authorize")
        page.fill(f"{token} input", phone.headers["Authorization"].split()[1])
        page.click(f"{token} .btn.authorize")
        page.click(f"{token} .btn-done")
        page.click(f"{me} .opblock-summary-control")
        page.click(f"{me} .try-out__btn")
        page.click(f"{me} .execute")
        said = page.locator(
            f"{me} .live-responses-table .microlight, {me} .live-responses-table code"
        )
        shown = said.first.inner_text()
    assert json.loads(shown)["patient_code"] == "ANNA"
    assert complaints == []
    assert {urlsplit(url).netloc for url in asked} - {""} == {urlsplit(live_server.url).netloc}
