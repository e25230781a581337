"""What becomes of a reminder when push services and mail servers refuse, are busy, or lie."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import DeviceFactory
from tests.mail_server import MailServer
from tests.people import People
from tests.push_service import PushService
from tests.therapy.reminders.reminded import EVENING, Reminded, minutes, remind, run, run_through
from therapy.models import PushSubscription
from therapy.reminders import network, push
from therapy.reminders.words import words_for

pytestmark = pytest.mark.django_db


# Push


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_forgotten(
    anna: Reminded, service: PushService, status: int
) -> None:
    anna.subscribed(service)
    service.will_answer(status)
    run(EVENING + minutes(1))
    assert (anna.only.outcome, anna.only.cause) == (
        "no-address",
        "the phone had ended its subscription",
    )
    assert not PushSubscription.objects.exists()


def test_one_phone_that_is_gone_does_not_keep_it_from_the_other(
    anna: Reminded, service: PushService
) -> None:
    second = DeviceFactory(patient=anna.patient, label="second")
    for device in (anna.device, second):
        anna.subscribed(service, device)
    service.will_answer(410)
    run(EVENING + minutes(1))
    assert (anna.only.outcome, anna.only.reached) == ("sent", 1)
    assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_within_the_grace(
    anna: Reminded, service: PushService, status: int
) -> None:
    anna.subscribed(service)
    service.will_answer(status)
    run(EVENING + minutes(1))
    assert anna.outcomes == ["waiting"]
    run(EVENING + minutes(1.5))
    assert len(service.arrived) == 1
    run(EVENING + minutes(2))
    assert anna.outcomes == ["sent"]
    assert len(service.arrived) == anna.only.attempts == 2


def test_a_service_that_stays_away_ends_as_failed_when_it_would_be_late(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    for _ in range(30):
        service.will_answer(500)
    run_through(EVENING, EVENING + minutes(30), every=minutes(1))
    assert (anna.only.outcome, anna.only.cause) == ("failed", "the push service answered 500")
    assert 5 <= len(service.arrived) <= 10


def test_a_service_that_asks_for_more_time_than_there_is_ends_it(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    service.will_answer(429, Retry_After="300")
    service.will_answer(429, Retry_After="300")
    run_through(EVENING + minutes(1), EVENING + minutes(5), every=minutes(1))
    assert len(service.arrived) == 1
    run(EVENING + minutes(6))
    assert len(service.arrived) == 2
    assert anna.outcomes == ["failed"]


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refusal_is_final(anna: Reminded, service: PushService, status: int) -> None:
    anna.subscribed(service)
    service.will_answer(status)
    run(EVENING + minutes(1))
    run(EVENING + minutes(4))
    assert (anna.only.outcome, anna.only.cause) == ("failed", f"the push service answered {status}")
    assert len(service.arrived) == 1


def test_a_redirection_leads_nowhere(anna: Reminded, service: PushService) -> None:
    anna.subscribed(service)
    service.will_answer(307, Location=f"https://localhost:{service.port}/inside")
    run(EVENING + minutes(1))
    assert [push.path for push in service.arrived] != ["/inside"]
    assert len(service.arrived) == 1
    assert anna.outcomes == ["failed"]


def test_a_name_that_leads_inside_is_not_followed(
    anna: Reminded, service: PushService, settings: Any
) -> None:
    """The name was taken when the phone gave it; where it leads is looked at when it is used."""
    anna.subscribed(service)
    settings.PUSH_INSIDE_HOSTS = []
    run(EVENING + minutes(1))
    assert service.arrived == []
    assert (anna.only.outcome, anna.only.cause) == (
        "no-address",
        "the push address is not on the open Internet",
    )
    assert not PushSubscription.objects.exists()


def test_a_service_that_nobody_vouches_for_is_told_nothing(
    anna: Reminded, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna.subscribed(service)
    monkeypatch.delenv("SSL_CERT_FILE")
    run(EVENING + minutes(1))
    assert service.arrived == []
    assert (anna.only.outcome, anna.only.cause) == (
        "waiting",
        "the push service could not be reached",
    )


def test_a_proxy_of_the_environment_is_not_asked(
    anna: Reminded, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    anna.subscribed(service)
    run(EVENING + minutes(1))
    assert anna.outcomes == ["sent"]


def test_a_service_that_does_not_answer_in_time_is_left(
    anna: Reminded, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "DEADLINE", 0.0)
    anna.subscribed(service)
    run(EVENING + minutes(1))
    assert (anna.only.outcome, anna.only.cause) == (
        "failed",
        "the push service did not answer in time",
    )


def test_no_address_of_a_phone_and_no_patient_is_in_a_log(
    anna: Reminded, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = anna.subscribed(service)
    service.will_answer(500)
    run(EVENING + minutes(1))
    run(EVENING + minutes(2))
    assert browser.endpoint.rpartition("/")[2] not in caplog.text
    assert "ANNA" not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fd00::1"),
        *("ff02::1", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1", "::"),
    ],
)
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not network.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_addresses_that_are(address: str) -> None:
    assert network.is_public(address)


@pytest.mark.parametrize("language", ["en", "en-GB", "de", "de-AT", "fr", "", "zh-CN"])
def test_the_words_say_nothing_of_health(language: str) -> None:
    for ahead in (True, False):
        words = words_for(language=language, opens=EVENING, zone="Europe/Berlin", ahead=ahead)
        said = f"{words.title} {words.body}".lower()
        latin = ("therap", "mood", "stimmung", "session", "sitzung", "clinic", "health")
        for telling in (*latin, "治疗", "心情", "诊所"):
            assert telling not in said
        assert words.language == {"de": "de", "zh": "zh-Hans"}.get(language[:2], "en")
        assert ("20:30" in said) == ahead


# Email


@pytest.fixture
def mailed(people: People, mail: MailServer) -> Reminded:
    return remind(people.anna, channels=["email"], email="anna@example.org")


def test_an_email_arrives_with_neutral_words(mailed: Reminded, mail: MailServer) -> None:
    run_through(EVENING - minutes(2), EVENING + minutes(5), every=minutes(1))
    ((recipient, message),) = mail.taken
    assert recipient == "anna@example.org"
    assert message["Subject"] == "Reminder"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message.get_payload()).strip() == "It is time for your music."
    assert mailed.outcomes == ["sent"]


def test_one_connection_carries_what_is_due_together(
    mailed: Reminded, people: People, mail: MailServer
) -> None:
    remind(people.carl, channels=["email"], email="carl@example.org")
    run(EVENING + minutes(1))
    assert {recipient for recipient, _ in mail.taken} == {"anna@example.org", "carl@example.org"}
    assert mail.connections == 1


@pytest.mark.parametrize(
    ("reply", "first", "then"),
    [("550 no such box", "failed", "failed"), ("451 try again", "waiting", "sent")],
)
def test_a_refused_address_is_final_and_a_greylisted_one_is_tried_again(
    mailed: Reminded, mail: MailServer, reply: str, first: str, then: str
) -> None:
    mail.to_recipients.append(reply)
    run(EVENING + minutes(1))
    assert mailed.outcomes == [first]
    assert mailed.only.cause == f"the mail server answered {reply[:3]}"
    run(EVENING + minutes(3))
    assert mailed.outcomes == [then]


def test_what_broke_off_in_the_middle_may_have_gone_and_is_not_sent_again(
    mailed: Reminded, mail: MailServer, people: People
) -> None:
    carl = remind(people.carl, channels=["email"], email="carl@example.org")
    mail.breaks = True
    run(EVENING + minutes(1))
    mail.breaks = False
    run(EVENING + minutes(3))
    assert mail.taken == []
    assert (mailed.outcomes, carl.outcomes) == (["failed"], ["failed"])
    assert mailed.only.cause == "the mail server broke off; it may have arrived"


def test_a_mail_server_that_is_away_is_tried_again_and_not_too_late(
    mailed: Reminded, mail: MailServer, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    run(EVENING + minutes(1))
    assert (mailed.only.outcome, mailed.only.cause) == (
        "waiting",
        "the mail server could not be reached",
    )
    settings.EMAIL_PORT = port
    run(EVENING + minutes(60))
    assert mail.taken == []
    assert mailed.outcomes == ["failed"]
    run(EVENING + timedelta(days=1, minutes=1))
    assert len(mail.taken) == 1


def test_both_channels_are_two_reminders_of_one_occasion(
    mailed: Reminded, people: People, mail: MailServer, service: PushService
) -> None:
    anna = Reminded(people.anna, people.annas_phone)
    anna.subscribed(service)
    anna.set("push", "email")
    run_through(EVENING - minutes(1), EVENING + minutes(5), every=minutes(1))
    assert len(service.arrived) == len(mail.taken) == 1
    assert anna.outcomes == ["sent", "sent"]
