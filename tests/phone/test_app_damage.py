"""The patient's app where a byte is another, on the way or at rest, and where the phone is full."""

import pytest

from tests.exports.conftest import adapt, export
from tests.phone.on_server import has
from tests.phone.patient import Patient
from tests.phone.surgery import Surgery
from tests.waiting import until
from therapy.models import ModelRefusal, PlaylistLog

pytestmark = [pytest.mark.browser, pytest.mark.system]

# One bit of the longest bytes in a row of a store is another.
DAMAGE = """([store, key]) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("attune");
  asked.onsuccess = async () => {
    const database = asked.result;
    const from = database.transaction(store, "readwrite").objectStore(store);
    const keys = from.getAllKeys();
    keys.onsuccess = () => {
      const place = key ?? keys.result[0];
      const row = from.get(place);
      row.onsuccess = () => {
        const found = [];
        const look = (value) => {
          if (value instanceof ArrayBuffer) found.push(new Uint8Array(value));
          else if (ArrayBuffer.isView(value)) found.push(value);
          else if (value && typeof value === "object") Object.values(value).forEach(look);
        };
        look(row.result);
        found.sort((one, other) => other.byteLength - one.byteLength);
        found[0][found[0].length >> 1] ^= 1;
        const put = from.keyPath === null ? from.put(row.result, place) : from.put(row.result);
        put.onsuccess = () => { database.close(); resolve(); };
        put.onerror = () => reject(put.error);
      };
    };
  };
})"""
FILL = """() => new Promise((resolve) => {
  const asked = indexedDB.open("attune");
  asked.onsuccess = () => {
    const database = asked.result;
    const writing = database.transaction("parts", "readwrite");
    const end = (how) => { database.close(); resolve(how); };
    writing.oncomplete = () => end("kept");
    writing.onabort = () => end(writing.error.name);
    writing.objectStore("parts").put(crypto.getRandomValues(new Uint8Array(65536)), ["test", 0]);
  };
})"""


def test_a_base_that_was_changed_on_the_way_is_refused_and_told_once(
    clinic: Surgery, app_alone: Patient
) -> None:
    clinic.network.flip = "/api/v1/bases/"
    app_alone.come_in(clinic.code())
    app_alone.until_it_reads("Your own model is being made.")
    app_alone.try_to_hand_over()
    app_alone.try_to_hand_over()
    refusal = ModelRefusal.objects.get(patient=clinic.patient)
    assert (refusal.reason, refusal.version, refusal.in_use) == ("wrong-content", 1, None)
    clinic.network.flip = ""
    app_alone.try_to_hand_over()
    app_alone.go("home")
    app_alone.find("button", "home.calm").wait_for()  # which there is with a model alone
    app_alone.sit()


def test_a_record_or_catalogue_that_was_changed_on_the_way_leaves_the_last_good_one(
    app: Patient, clinic: Surgery
) -> None:
    app.sit()
    app.hand_over()
    adapt(clinic.patient)
    export(clinic.patient)
    clinic.practice.tracks[0].title = "Another title"
    clinic.practice.tracks[0].save()
    for path in ("/api/v1/model", "/api/v1/catalogue"):
        clinic.network.flip = path
        app.try_to_hand_over()
        app.go("home")
        app.sit()
    clinic.network.flip = ""
    app.hand_over()
    app.sit()
    app.hand_over()
    versions = PlaylistLog.objects.filter(patient=clinic.patient).order_by("made_at")
    used = list(dict.fromkeys(versions.values_list("model_version", flat=True)))
    assert used == [1, 2]
    assert set(has(clinic.patient).values()) == {1}


@pytest.mark.parametrize(
    ("store", "key"), [("bundles", None), ("model", "current"), ("answers", "catalogue")]
)
def test_what_was_changed_at_rest_is_refused_and_fetched_anew(
    store: str, key: str | None, app: Patient, clinic: Surgery
) -> None:
    app.sit()
    app.hand_over()
    clinic.network.weather = "gone"
    app.page.evaluate(DAMAGE, [store, key])
    app.reload()
    app.sees("home.title")
    app.go("history")
    app.until_it_reads("3 pieces heard")
    clinic.network.weather = "fine"
    app.try_to_hand_over()
    app.go("home")
    app.find("button", "home.make").wait_for()
    app.sit()


def test_a_full_phone_says_that_it_could_not_keep_what_was_said(
    app: Patient, clinic: Surgery
) -> None:
    app.sit()
    app.hand_over()
    devtools = app.page.context.new_cdp_session(app.page)
    quota = {"origin": clinic.network.url}
    devtools.send("Storage.overrideQuotaForOrigin", quota | {"quotaSize": 1})
    until(lambda: app.page.evaluate(FILL) == "QuotaExceededError", "the browser to go by it")
    app.try_to_begin()
    app.until_it_reads(app.say("common.full"))
    devtools.send("Storage.overrideQuotaForOrigin", quota)
    until(lambda: app.page.evaluate(FILL) == "kept", "room")
    app.reload()
    app.hand_over()  # and music is fetched again, which went first
    app.sit()
    assert app.say("common.full") not in app.text()
    app.hand_over()
