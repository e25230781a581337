"""No phone, no clinic and no address takes the server from the others."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.factories import DeviceFactory, PatientFactory
from tests.people import People, Phone
from tests.problems import problem_in
from tests.threads import at_once
from therapy.api.models import CallCount
from therapy.api.sweeping import sweep
from therapy.settings import rate

pytestmark = pytest.mark.django_db

Rates = dict[str, tuple[int, int] | None]
HOUR = 3600  # seconds: no test sees the end of a window but by its own clock


@pytest.fixture
def rates(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Rates:
    """No limits but those that a test sets; the clock stands at the start of an hour."""
    settings.CALL_RATES = dict.fromkeys(("phone", "clinic", "staff", "address"))
    at(monkeypatch, 0)
    rates: Rates = settings.CALL_RATES
    return rates


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("therapy.api.throttles.time.time", lambda: 1_800_000_000 + seconds)


def statuses(phone: Phone, calls: int) -> list[int]:
    return [phone.get("me").status_code for _ in range(calls)]


def test_a_phone_that_calls_too_often_is_told_how_long_to_wait(
    phone: Phone, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates["phone"] = (3, HOUR)
    assert statuses(phone, 3) == [200, 200, 200]
    at(monkeypatch, 600)
    answer = phone.get("me")
    assert problem_in(answer, 429)["code"] == "throttled"
    assert answer.headers["Retry-After"] == "3000"
    at(monkeypatch, 3600)
    assert statuses(phone, 4) == [200, 200, 200, 429]


def test_what_is_refused_stores_nothing(phone: Phone, rates: Rates) -> None:
    rates["phone"] = (1, HOUR)
    statuses(phone, 1)
    assert phone.post("sync", {"items": []}).status_code == 429


def test_a_wild_phone_takes_nothing_from_others_of_its_clinic(people: People, rates: Rates) -> None:
    rates |= {"phone": (2, HOUR), "clinic": (4, HOUR)}
    calm = Phone(DeviceFactory(patient=PatientFactory(clinic=people.harbour)))
    assert statuses(people.annas_phone, 9).count(200) == 2
    assert statuses(calm, 2) == [200, 200]


def test_a_wild_clinic_takes_nothing_from_others(people: People, rates: Rates) -> None:
    rates["clinic"] = (3, HOUR)
    second = Phone(DeviceFactory(patient=PatientFactory(clinic=people.harbour)))
    assert statuses(people.annas_phone, 2) + statuses(second, 2) == [200, 200, 200, 429]
    assert statuses(people.carls_phone, 3) == [200, 200, 200]


def test_who_is_nobody_is_counted_by_address(rates: Rates) -> None:
    rates["address"] = (2, HOUR)

    def status(address: str) -> int:
        return Client(REMOTE_ADDR=address).get("/api/v1/nowhere").status_code

    assert [status("192.0.2.1") for _ in range(3)] == [404, 404, 429]
    assert status("192.0.2.2") == 404
    assert [status(f"2001:db8::{n}") for n in (1, 2, 3)] == [404, 404, 429]


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_do_not_pass_the_limit_together(people: People, rates: Rates) -> None:
    rates["phone"] = (5, HOUR)
    phones = [Phone(people.annas_phone.device) for _ in range(8)]
    found = at_once(*[lambda one=one: one.get("me").status_code for one in phones])
    assert sorted(found) == [200] * 5 + [429] * 3


def test_a_count_tells_of_nobody_and_goes(people: People, rates: Rates) -> None:
    rates["phone"] = (9, HOUR)
    statuses(people.annas_phone, 2)
    row = CallCount.objects.get()
    assert row.calls == 2
    assert str(people.annas_phone.device.id) not in row.caller_hmac
    sweep()
    assert CallCount.objects.exists()
    CallCount.objects.update(window_ends_at="2026-01-01T00:00:00Z")
    sweep()
    assert not CallCount.objects.exists()


@pytest.mark.parametrize(
    "text", ["300", "/min", "0/min", "x/min", "3/year", "-1/s", "1.5/s", "٣/s"]
)
def test_what_is_no_rate_is_refused_in_words(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="is no rate"):
        rate(text)


def test_a_rate_is_a_number_in_so_many_seconds_and_an_empty_one_no_limit() -> None:
    assert [rate(text) for text in ("4/s", "300/min", " 9/h ", "")] == [
        (4, 1),
        (300, 60),
        (9, 3600),
        None,
    ]
