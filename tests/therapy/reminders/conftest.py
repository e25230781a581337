"""A push service, a mail server, and a patient who wants to be reminded of 20:30 every day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mail_server import MailServer, mail_server
from tests.people import People
from tests.push_service import PushService, push_service
from tests.therapy.reminders.reminded import Reminded, remind
from therapy.reminders.vapid import new_private_key


@pytest.fixture
def service(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PushService]:
    """Trusted as the system trusts an authority, and allowed although it is on this machine."""
    with push_service(tmp_path) as started:
        monkeypatch.setenv("SSL_CERT_FILE", str(started.certificate))
        settings.PUSH_INSIDE_HOSTS = ["localhost"]
        settings.PUSH_KEY = new_private_key()
        yield started


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as started:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield started


@pytest.fixture
def anna(people: People) -> Reminded:
    """In Berlin, by push."""
    return remind(people.anna, phone=people.annas_phone)
