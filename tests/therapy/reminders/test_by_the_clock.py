"""Beat, a worker and a mail server, all of them real: a reminder goes out by the clock, once."""

import pytest

from tests.installation import Install
from tests.mail_server import mail_server
from tests.waiting import until

pytestmark = pytest.mark.system

A_MINUTE_AGO = """
from datetime import UTC, datetime, timedelta
from tests.therapy.reminders.reminded import remind
from therapy.models import Patient
at = datetime.now(UTC) - timedelta(minutes=1)
email = {"channels": ["email"], "email": "anna@example.org"}
remind(Patient.objects.get(), at=f"{at:%H:%M}", zone="UTC", **email)
"""
LOOKED = "SELECT looked_until FROM therapy_reminderwatch"
OUTCOMES = "SELECT outcome FROM therapy_reminderdelivery"


def test_a_reminder_is_emailed_once_though_the_worker_is_killed(install: Install) -> None:
    with mail_server() as mail:
        installation = install(
            ATTUNE_EMAIL_URL=f"smtp://127.0.0.1:{mail.port}", ATTUNE_REMINDER_SECONDS="1"
        )
        installation.manage("shell", "--verbosity", "0", "--command", A_MINUTE_AGO)
        worker = installation.start_worker()
        until(lambda: installation.sql(OUTCOMES) == [("sent",)], "the reminder to be sent")
        worker.kill()
        before = installation.sql(LOOKED)
        installation.start_worker()
        until(lambda: installation.sql(LOOKED) > before, "the clock to be looked at again")
        assert installation.sql(OUTCOMES) == [("sent",)]
        ((recipient, email),) = mail.taken
    assert recipient == "anna@example.org"
    assert "music" not in str(email["Subject"]).lower()
