"""The lock in a real browser: a passkey of Chromium's own, and what lies on the disk."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import PHONE, QUIET, context_of
from tests.needs import require
from tests.phone.laboratory import opened, served_laboratory

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
DEVICE = {
    "server": "https://clinic.example",
    "token": "attune_8c1f0e5b7a",
    "patientId": "7d1c7a34-53b1-4c40-9ab0-0d6c2d0b6f10",
    "patientCode": "P-HARBOUR-0042",
    "clinicName": "Harbour Practice",
    "origin": "care",
    "ended": False,
}
OPEN = "async () => { window.store = await phone.openStore(() => {}); }"
NAMES = "{ app: 'Attune', user: 'This phone' }"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with served_laboratory(tmp_path_factory.mktemp("laboratory")) as site:
        yield site


def give_authenticator(page: Page, *, prf: bool) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = AUTHENTICATOR | {"hasPrf": prf}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def keep_device(page: Page) -> None:
    page.evaluate(OPEN)
    page.evaluate("device => phone.keepDevice(store, device)", DEVICE)


def state(page: Page) -> str:
    found: str = page.evaluate("phone.lockState(store)")
    return found


def test_a_passkey_opens_the_lock_also_after_the_page_was_loaded_anew(
    chromium: Browser, site: str
) -> None:
    with context_of(chromium, PHONE) as context, opened(context, site) as page:
        give_authenticator(page, prf=True)
        keep_device(page)
        assert page.evaluate("phone.isPasskeyOffered()")
        page.evaluate(f"phone.setPasskey(store, {NAMES})")
        assert page.evaluate("phone.finishSealing(store)") == 0
        page.reload()
        page.wait_for_function("'phone' in window")
        page.evaluate(OPEN)
        assert state(page) == "locked"
        kept = "phone.keptDevice(store).catch((problem) => problem instanceof phone.Locked)"
        assert page.evaluate(kept) is True
        page.evaluate("phone.unlockWithPasskey(store)")
        assert state(page) == "open"
        assert page.evaluate(kept) == DEVICE


def test_a_passkey_without_the_extension_sets_no_lock(chromium: Browser, site: str) -> None:
    with context_of(chromium, PHONE) as context, opened(context, site) as page:
        give_authenticator(page, prf=False)
        keep_device(page)
        refused = f"phone.setPasskey(store, {NAMES}).catch((no) => no instanceof phone.NoPrf)"
        assert page.evaluate(refused) is True
        assert state(page) == "none"


def test_nothing_of_the_patient_lies_on_the_disk(
    chromium: Browser, site: str, tmp_path: Path
) -> None:
    marker = "a-marker-that-is-not-sealed-3b1f"
    kind = chromium.browser_type
    with (
        kind.launch_persistent_context(
            tmp_path, executable_path=require("chromium"), args=QUIET
        ) as context,
        opened(context, site) as page,
    ):
        keep_device(page)
        page.evaluate("marker => store.put('settings', marker, 'language')", marker)
        page.evaluate("phone.setPin(store, '271828')")
        assert page.evaluate("phone.finishSealing(store)") == 0
        assert page.evaluate("phone.keptDevice(store)") == DEVICE
    files = [file for file in tmp_path.rglob("*") if file.is_file() and "IndexedDB" in str(file)]
    written = b"".join(file.read_bytes() for file in files)
    assert marker.encode() in written, "the search finds what is there"
    for secret in (DEVICE["token"], DEVICE["patientCode"], DEVICE["clinicName"], "271828"):
        assert str(secret).encode() not in written
        assert str(secret).encode("utf-16-le") not in written
