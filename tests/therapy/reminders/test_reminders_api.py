"""The patient's phone sets how they are reminded, and where pushes go."""

import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import DeviceFactory, SessionPlanFactory
from tests.people import People, Phone
from tests.problems import places, problem_in
from tests.push_service import PushService
from tests.therapy.reminders.reminded import DAILY
from therapy.audit.models import WriteLog
from therapy.models import Device, PushSubscription, ReminderEmail, ReminderRule
from therapy.people.services import record_consent, revoke_device
from therapy.reminders.vapid import new_private_key, public_key_of
from therapy.rights.archive import write

pytestmark = pytest.mark.django_db

WANTED = {
    "channels": ["push"],
    "minutes_before": 15,
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "language": "de",
}


def put(phone: Phone, body: dict[str, Any]) -> Any:
    return phone.client.put(
        "/api/v1/reminders", body, content_type="application/json", headers=phone.headers
    )


def delete(phone: Phone) -> Any:
    return phone.client.delete("/api/v1/push-subscription", headers=phone.headers)


def refused(answer: Any) -> dict[str, list[str]]:
    return places(problem_in(answer, 400)["errors"])


# The rule


def test_where_nothing_was_set_it_reads_as_switched_off(phone: Phone) -> None:
    assert phone.get("reminders").json() == {
        "channels": [],
        "minutes_before": 0,
        "quiet_from": None,
        "quiet_to": None,
        "language": "en",
        "words_language": "en",
        "email": None,
        "time_zone": "UTC",
        "consent": False,
        "push_key": None,
        "push_subscribed": False,
        "next": [],
    }


def test_what_is_set_stands_and_says_what_comes_next(
    phone: Phone, people: People, settings: Any
) -> None:
    settings.PUSH_KEY = new_private_key()
    SessionPlanFactory(
        patient=people.anna, schedule=[{"days": DAILY, "at": "07:10", "minutes": 30}]
    )
    record_consent(
        patient=people.anna, scope="reminders", given=True, text_version="1", language="de"
    )
    answer = put(phone, WANTED | {"time_zone": "Europe/Berlin"})
    assert answer.status_code == 200
    said = answer.json()
    assert WANTED.items() <= said.items()
    assert (said["consent"], said["time_zone"]) == (True, "Europe/Berlin")
    assert said["push_key"] == public_key_of(settings.PUSH_KEY)
    assert len(said["next"]) == 5
    assert all(one["quiet"] for one in said["next"]), "06:55 lies in the quiet hours"
    assert {one["due_at"][14:16] for one in said["next"]} == {"55"}
    assert phone.get("reminders").json() == said
    assert ReminderRule.objects.get().device == phone.device


def test_every_change_is_kept_and_the_same_again_is_none(phone: Phone) -> None:
    for _ in range(2):
        put(phone, WANTED)
    put(phone, WANTED | {"channels": []})
    assert [rule.by_push for rule in ReminderRule.objects.order_by("id")] == [True, False]
    assert phone.get("reminders").json()["channels"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channels": ["pigeon"]}, "channels/0"),
        ({"channels": "push"}, "channels"),
        ({"minutes_before": -1}, "minutes_before"),
        ({"minutes_before": 1441}, "minutes_before"),
        ({"minutes_before": "15"}, "minutes_before"),
        ({"quiet_from": "22"}, "quiet_from"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"quiet_to": None}, "quiet_to"),
        ({"quiet_from": None}, "quiet_from"),
        ({"quiet_to": "22:00"}, "quiet_to"),
        ({"language": "not a tag"}, "language"),
        ({"channels": ["email"]}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\nb@example.org"}, "email"),
        ({"email": f"{'a' * 250}@example.org"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    phone: Phone, wrong: dict[str, Any], field: str
) -> None:
    assert field in refused(put(phone, WANTED | wrong))
    assert not ReminderRule.objects.exists()
    phone.patient.refresh_from_db()
    assert phone.patient.time_zone == "UTC"


def test_nothing_may_be_left_out(phone: Phone) -> None:
    for name in WANTED:
        body = {key: value for key, value in WANTED.items() if key != name}
        assert name in refused(put(phone, body))


def test_the_address_is_encrypted_kept_out_of_the_audit_and_forgotten_when_told(
    phone: Phone,
) -> None:
    address = "anna.secret@example.org"
    put(phone, WANTED | {"email": address, "channels": ["email"]})
    assert phone.get("reminders").json()["email"] == address
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM therapy_reminderemail")
        ((stored,),) = cursor.fetchall()
    assert "secret" not in stored
    put(phone, WANTED | {"email": "anna.second@example.org"})
    put(phone, WANTED)
    assert phone.get("reminders").json()["email"] == "anna.second@example.org"
    assert "email" in refused(put(phone, WANTED | {"channels": ["email"], "email": ""}))
    put(phone, WANTED | {"email": None})
    assert not ReminderEmail.objects.exists()
    logged = json.dumps(list(WriteLog.objects.values()), default=str)
    assert "example.org" not in logged
    actions = WriteLog.objects.filter(model="therapy.ReminderEmail").order_by("id")
    assert [entry.action for entry in actions] == ["create", "update", "delete"]


def test_a_phone_sets_its_own_patients_alone(phone: Phone, people: People) -> None:
    put(phone, WANTED | {"email": "anna@example.org"})
    said = people.carls_phone.get("reminders").json()
    assert (said["channels"], said["email"]) == ([], None)
    assert phone.without_token().get("reminders").status_code == 401


def test_after_care_nothing_is_told_or_taken(
    phone: Phone, people: People, service: PushService
) -> None:
    record_consent(patient=people.anna, scope="care", given=False, text_version="1", language="en")
    assert phone.get("reminders").status_code == 403
    assert put(phone, WANTED).status_code == 403
    answer = phone.post("push-subscription", service.browser().subscription)
    assert answer.status_code == 403
    assert delete(phone).status_code == 204


# Where pushes go


def test_a_phone_subscribes_anew_and_ends_it(phone: Phone, service: PushService) -> None:
    first, second = service.browser(), service.browser()
    for browser in (first, first, second):
        assert phone.post("push-subscription", browser.subscription).status_code == 204
    stored = PushSubscription.objects.get()
    assert stored.endpoint == second.endpoint
    assert phone.get("reminders").json()["push_subscribed"]
    for _ in range(2):
        assert delete(phone).status_code == 204
    assert not phone.get("reminders").json()["push_subscribed"]


def test_what_is_stored_of_it_is_encrypted_and_left_out_where_it_lets_someone_in(
    phone: Phone, service: PushService, tmp_path: Any
) -> None:
    browser = service.browser()
    phone.post("push-subscription", browser.subscription)
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, public_key, auth_secret FROM therapy_pushsubscription")
        ((*stored,),) = cursor.fetchall()
    for text in stored:
        assert text.startswith("gAAAA"), "Fernet"
    with (tmp_path / "archive.zip").open("w+b") as file:
        write(phone.patient, file)
        with zipfile.ZipFile(file) as archive:
            (row,) = json.loads(archive.read("tables/therapy.pushsubscription.json"))
    assert row["endpoint"] == browser.endpoint
    assert not {"auth_secret", "endpoint_hmac"} & row.keys()
    logged = json.dumps(list(WriteLog.objects.values()), default=str)
    assert browser.endpoint not in logged


def test_a_browser_that_was_another_patients_is_not_theirs_any_more(
    phone: Phone, people: People, service: PushService
) -> None:
    browser = service.browser()
    phone.post("push-subscription", browser.subscription)
    answer = people.carls_phone.post("push-subscription", browser.subscription)
    assert answer.status_code == 204
    assert PushSubscription.objects.get().patient == people.carl


def test_a_phone_that_is_connected_again_gets_one_push_and_not_two(
    phone: Phone, people: People, service: PushService
) -> None:
    browser = service.browser()
    phone.post("push-subscription", browser.subscription)
    again = Phone(DeviceFactory(patient=people.anna, label="again"))
    again.post("push-subscription", browser.subscription)
    assert PushSubscription.objects.get().device == again.device


def test_a_revoked_phone_subscribes_no_more(phone: Phone, service: PushService) -> None:
    revoke_device(device=phone.device)
    answer = phone.post("push-subscription", service.browser().subscription)
    assert answer.status_code == 401
    assert Device.objects.get(id=phone.device.id).revoked_at <= timezone.now()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "ftp://push.example.org/x",
        "push.example.org/x",
        "https://",
        "https://user:pass@push.example.org/x",
        "https://push.example.org:8443/x",
        "https://push.example.org:notaport/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.8/x",
        "https://169.254.169.254/latest/meta-data",
        "https://router/x",
        "https://attune.localhost/x",
        "https://files.internal/x",
        "https://push.example.org/ x",
        "https://push.example.org/\u2028x",
        f"https://push.example.org/{'x' * 1000}",
    ],
)
def test_an_address_that_is_no_push_services_is_refused(
    phone: Phone, service: PushService, endpoint: str, settings: Any
) -> None:
    settings.PUSH_INSIDE_HOSTS = []
    body = service.browser().subscription | {"endpoint": endpoint}
    assert "endpoint" in refused(phone.post("push-subscription", body))
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"p256dh": "AAAA"}, "p256dh"),
        ({"p256dh": "BA" + "A" * 85}, "p256dh"),  # 65 bytes, and no point on the curve
        ({"p256dh": "!!"}, "p256dh"),
        ({"p256dh": "ä"}, "p256dh"),
        ({"auth": "AAAA"}, "auth"),
        ({"auth": "A"}, "auth"),
    ],
)
def test_keys_that_are_none_are_refused(
    phone: Phone, service: PushService, keys: dict[str, str], field: str
) -> None:
    body = service.browser().subscription
    body["keys"] |= keys
    assert list(refused(phone.post("push-subscription", body))) == [f"keys/{field}"]


@pytest.mark.parametrize("body", [{}, [], {"endpoint": 1}, {"endpoint": "https://a.b", "keys": 1}])
def test_what_is_no_subscription_is_refused(phone: Phone, body: Any) -> None:
    assert phone.post("push-subscription", body).status_code == 400
