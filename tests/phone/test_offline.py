"""The app in a real Chromium and from a real server: kept whole, opened without it, renewed."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browsing import PHONE, Window, context_of
from tests.installation import Install
from tests.phone.built import build_page
from tests.phone.site import Site
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.system]
APP = "/phone/"
CONTROLLED = "navigator.serviceWorker.controller !== null"


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("built")
    return {name: build_page(folder / name, name) for name in ("first", "second")}


@pytest.fixture
def app(tmp_path: Path, versions: dict[str, Path]) -> Path:
    """What the server serves as the app: the first version."""
    return Path(shutil.copytree(versions["first"], tmp_path / "app"))


@pytest.fixture
def site(install: Install, app: Path) -> Site:
    return Site(install(ATTUNE_PHONE_APP=str(app)))


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with context_of(chromium, PHONE) as context:
        yield context


def opened(context: BrowserContext, site: Site) -> Window:
    """A window on the app, which the browser keeps from now on."""
    window = Window(context.new_page(), site.address)
    window.open(APP)
    becomes_true(window.page, CONTROLLED)
    return window


def becomes_true(page: Page, expression: str) -> None:
    """Asked from outside: the policy lets Playwright evaluate nothing in the page by itself."""
    until(lambda: page.evaluate(expression), expression)


def version_of(page: Page) -> Any:
    becomes_true(page, "'offline' in window")
    return page.evaluate("offline.version")


def renewed(app: Path, site: Site, version: Path) -> None:
    """The server is stopped, its app is another, and it is started."""
    site.stop()
    shutil.rmtree(app)
    shutil.copytree(version, app)
    site.start()


def a_bundle() -> bytes:
    """The smallest that the model's thread opens: graphs that hand on what they are given."""
    given, made = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "graph", [given], [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    manifest = {"format": "a format", "items": {"tracks": [], "columns": 0}}
    with zipfile.ZipFile(archive := io.BytesIO(), "w") as file:
        file.writestr("manifest.json", json.dumps(manifest))
        file.writestr("items.f32", b"")
        for name in ("adapt", "playlist"):
            file.writestr(f"{name}.onnx", model.SerializeToString())
    return archive.getvalue()


def opens_a_model(page: Page) -> bool:
    return bool(page.evaluate("archive => offline.open(archive)", list(a_bundle())) == "a format")


def test_it_opens_and_runs_its_model_without_a_server(context: BrowserContext, site: Site) -> None:
    window = opened(context, site)
    assert opens_a_model(window.page), "the policy lets the thread compile ONNX Runtime"
    window.expect_calm()
    # What the browser keeps besides is no help after weeks.
    devtools = context.new_cdp_session(window.page)
    devtools.send("Network.clearBrowserCache")

    site.stop()
    window.page.reload()
    assert version_of(window.page) == "first"
    assert opens_a_model(window.page)
    window.expect_calm()
    later = context.new_page()
    later.goto(f"{site.address}{APP}#ACDE3479")
    assert version_of(later) == "first"
    assert later.evaluate("location.hash") == "#ACDE3479"


def test_its_policy_holds_without_a_server_too(context: BrowserContext, site: Site) -> None:
    window = opened(context, site)
    site.stop()
    window.page.reload()
    version_of(window.page)
    window.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 1'}))"
    )
    assert window.page.evaluate("typeof ran") == "undefined"
    assert any("script-src" in each for each in window.page.evaluate("window.violations"))


def test_calls_of_the_api_are_never_kept(context: BrowserContext, site: Site) -> None:
    window = opened(context, site)
    ask = "fetch('/api/v1/me').then(answer => answer.status, () => 'no answer')"
    assert window.page.evaluate(ask) == 401
    site.stop()
    assert window.page.evaluate(ask) == "no answer"


def test_a_newer_app_is_offered_and_taken_when_the_page_says_so(
    context: BrowserContext, site: Site, app: Path, versions: dict[str, Path]
) -> None:
    window = opened(context, site)
    page = window.page
    assert page.evaluate("offline.heard.waits") == 0, "the first one is no update"
    renewed(app, site, versions["second"])
    page.evaluate("offline.update()")
    becomes_true(page, "offline.heard.waits === 1")

    page.reload()
    assert version_of(page) == "first", "nobody said that it may be another"
    another = context.new_page()
    another.goto(site.address + APP)
    version_of(another)
    assert page.evaluate("offline.apply()") is False, "the other page may be in a session"
    another.close()

    becomes_true(page, "offline.heard.waits > 0")
    with page.expect_navigation():
        page.evaluate("void offline.apply()")
    assert version_of(page) == "second"
    assert page.evaluate("caches.keys()") == ["attune-app-second"]
    site.stop()
    page.reload()
    assert version_of(page) == "second"
    assert opens_a_model(page)


def test_an_app_that_is_not_whole_on_the_server_is_not_taken(
    context: BrowserContext, site: Site, app: Path, versions: dict[str, Path]
) -> None:
    window = opened(context, site)
    renewed(app, site, versions["second"])
    script = next((app / "assets").glob("*.wasm"))
    content = bytearray(script.read_bytes())
    content[len(content) // 2] ^= 1
    script.write_bytes(content)
    # The part that did not change is taken from the version before; make it be fetched.
    window.page.evaluate(
        """async name => {
          const cache = await caches.open("attune-app-first");
          await cache.delete("/phone/assets/" + name);
        }""",
        script.name,
    )
    context.new_cdp_session(window.page).send("Network.clearBrowserCache")
    window.page.evaluate("offline.update().catch(() => {})")
    becomes_true(
        window.page,
        "navigator.serviceWorker.getRegistration().then(({installing}) => installing === null)",
    )
    assert window.page.evaluate("offline.heard.waits") == 0
    assert window.page.evaluate("caches.keys()") == ["attune-app-first"]
    window.page.reload()
    assert version_of(window.page) == "first"


ALTER = """async address => {
  const cache = await caches.open("attune-app-first");
  const kept = await cache.match(address);
  const content = new Uint8Array(await kept.arrayBuffer());
  content[content.length - 2] ^= 1;
  await cache.put(address, new Response(content, {headers: kept.headers}));
}"""


def test_a_kept_file_that_was_altered_is_not_used(
    context: BrowserContext, site: Site, app: Path
) -> None:
    window = opened(context, site)
    script = APP + next(iter(app.glob("assets/index-*.js"))).relative_to(app).as_posix()
    window.page.evaluate(ALTER, script)
    window.page.reload()
    assert version_of(window.page) == "first", "it was fetched anew"

    for address in (script, APP):
        window.page.evaluate(ALTER, address)
    context.new_cdp_session(window.page).send("Network.clearBrowserCache")
    site.stop()
    with pytest.raises(Error, match="ERR_"):
        window.page.reload()


def test_it_works_where_no_service_worker_is_to_be_had(context: BrowserContext, site: Site) -> None:
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    window = Window(context.new_page(), site.address)
    window.open(APP)
    assert version_of(window.page) == "first"
    assert window.page.evaluate("offline.registered()") is False
    assert opens_a_model(window.page)
    window.expect_calm()


def test_it_can_be_installed(context: BrowserContext, site: Site) -> None:
    devtools = context.new_cdp_session(opened(context, site).page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["start_url"] == APP
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in errors if each["errorId"] != "in-incognito"] == []


def test_a_code_that_a_camera_read_reaches_the_app(context: BrowserContext, site: Site) -> None:
    window = opened(context, site)
    window.open("/pair#ACDE3479")
    assert window.page.url == f"{site.address}{APP}#ACDE3479"


class Devtools:
    """What a push service and the network do to a service worker, by the browser's own tools."""

    def __init__(self, context: BrowserContext, page: Page, origin: str) -> None:
        self.session, self.origin = context.new_cdp_session(page), origin
        self.registrations: list[str] = []
        self.session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self.session.send("ServiceWorker.enable")
        until(lambda: page.evaluate("true") and self.registrations, "the registration's id")

    def send(self, event: str, **given: Any) -> None:
        of = {"origin": self.origin, "registrationId": self.registrations[-1]}
        self.session.send(f"ServiceWorker.{event}", of | given)

    def _note(self, event: Any) -> None:
        self.registrations += [each["registrationId"] for each in event["registrations"]]


SHOWN = """navigator.serviceWorker.ready.then(registration => registration.getNotifications())
  .then(shown => shown.map(({title, body, lang, tag}) => ({title, body, lang, tag})))"""


def test_a_push_shows_what_the_server_wrote(context: BrowserContext, site: Site) -> None:
    context.grant_permissions(["notifications"])
    page = opened(context, site).page
    devtools = Devtools(context, page, site.address)
    sent = {"title": "Reminder", "body": "It is time for your music.", "lang": "en", "tag": "a"}
    devtools.send("deliverPushMessage", data=json.dumps(sent))
    until(lambda: page.evaluate(SHOWN) == [sent], "the reminder")


def test_an_open_page_is_told_that_there_is_a_network(context: BrowserContext, site: Site) -> None:
    page = opened(context, site).page
    devtools = Devtools(context, page, site.address)
    devtools.send("dispatchSyncEvent", tag="attune-sync", lastChance=False)
    becomes_true(page, "offline.heard.syncs === 1")


def test_where_no_page_is_open_the_worker_hands_over(context: BrowserContext, site: Site) -> None:
    """With a token that the server does not know, which the phone then notes."""
    page = opened(context, site).page
    page.evaluate("offline.connect('attune_unknown')")
    assert page.evaluate("offline.isConnected()") is True
    devtools = Devtools(context, page, site.address)
    page.goto(f"{site.address}/healthz")
    devtools.send("dispatchSyncEvent", tag="attune-sync", lastChance=False)
    page.goto(site.address + APP)
    becomes_true(page, "'offline' in window")
    becomes_true(page, "offline.isConnected().then(connected => !connected)")
