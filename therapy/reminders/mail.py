"""Reminders by email: one connection for those that are due together."""

import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, get_connection

from therapy.reminders.models import Outcome
from therapy.reminders.results import Result, again, failed
from therapy.reminders.words import Words


@dataclass(frozen=True)
class Mail:
    """Something to tell one patient; `key` is the caller's."""

    key: int
    address: str
    words: Words


def send_all(mails: Sequence[Mail]) -> Mapping[int, Result]:
    """Hand over all of them; what became of each, by key.

    Tried again is only what the server did not take: where it broke off in the middle, the email
    may have gone, and nobody is reminded twice.
    """
    if not mails:
        return {}
    connection: Any = get_connection()
    try:
        return {mail.key: _sent(mail, connection) for mail in mails}
    finally:
        _close(connection)


def _sent(mail: Mail, connection: Any) -> Result:
    try:
        connection.open()
    except OSError:  # SMTPException is one
        return again("the mail server could not be reached")
    try:
        _message(mail, connection).send()
    except smtplib.SMTPRecipientsRefused as refused:
        return _refused(max(code for code, _ in refused.recipients.values()))
    except smtplib.SMTPResponseException as refused:
        _close(connection)  # a server that has had enough (421) hangs up
        return _refused(refused.smtp_code)
    except OSError:
        _close(connection)
        return failed("the mail server broke off; it may have arrived")
    except ValueError:
        return failed("the address is none that email can be sent to")
    return Result(Outcome.SENT, reached=1)


def _message(mail: Mail, connection: Any) -> EmailMessage:
    return EmailMessage(
        mail.words.title,
        f"{mail.words.body}\n",
        to=[mail.address],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no out-of-office replies, please
    )


def _refused(code: int) -> Result:
    cause = f"the mail server answered {code}"
    return again(cause) if 400 <= code < 500 else failed(cause)


def _close(connection: Any) -> None:
    """A connection that is broken already is closed all the same."""
    try:
        connection.close()
    except OSError:
        connection.connection = None
