"""Handing reminders to push services and to the mail server."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from therapy.reminders import mail, push
from therapy.reminders.checking import Facts
from therapy.reminders.due import GRACE
from therapy.reminders.models import (
    Channel,
    Outcome,
    PushSubscription,
    ReminderDelivery,
    ReminderEmail,
)
from therapy.reminders.results import Result, failed
from therapy.reminders.vapid import push_key
from therapy.reminders.words import Words, words_for

NOWHERE = Result(Outcome.NO_ADDRESS)
NO_KEY = failed("this server has no key for pushes")


def hand_over(
    going: Sequence[ReminderDelivery], facts: Facts, now: datetime
) -> Mapping[ReminderDelivery, Result]:
    """What became of each. Two queries, and one more where phones had ended their subscriptions."""
    said = {delivery: _words(delivery, facts) for delivery in going}
    by_push = [delivery for delivery in going if delivery.channel == Channel.PUSH]
    by_email = [delivery for delivery in going if delivery.channel == Channel.EMAIL]
    return _by_push(by_push, said, now) | _by_email(by_email, said)


def _by_push(
    going: Sequence[ReminderDelivery], said: Mapping[ReminderDelivery, Words], now: datetime
) -> dict[ReminderDelivery, Result]:
    if push_key() is None:
        return dict.fromkeys(going, NO_KEY)
    phones: dict[UUID, list[PushSubscription]] = {}
    patients = {delivery.patient_id for delivery in going}
    connected = PushSubscription.objects.filter(patient__in=patients, device__revoked_at=None)
    for phone in connected if going else ():
        phones.setdefault(phone.patient_id, []).append(phone)
    sent = push.send_all(
        [
            push.Push(delivery.id, phone, said[delivery], _seconds_left(delivery, now))
            for delivery in going
            for phone in phones.get(delivery.patient_id, ())
        ]
    )
    gone = {phone for (_, phone), result in sent.items() if result.outcome == Outcome.NO_ADDRESS}
    if gone:
        PushSubscription.objects.filter(id__in=gone).delete()
    return {
        delivery: _together([result for (of, _), result in sent.items() if of == delivery.id])
        for delivery in going
    }


def _by_email(
    going: Sequence[ReminderDelivery], said: Mapping[ReminderDelivery, Words]
) -> dict[ReminderDelivery, Result]:
    patients = {delivery.patient_id for delivery in going}
    known = ReminderEmail.objects.filter(patient__in=patients) if going else ()
    addresses = {one.patient_id: one.address for one in known}
    sent = mail.send_all(
        [
            mail.Mail(delivery.id, addresses[delivery.patient_id], said[delivery])
            for delivery in going
            if delivery.patient_id in addresses
        ]
    )
    return {delivery: sent.get(delivery.id, NOWHERE) for delivery in going}


def _together(results: Sequence[Result]) -> Result:
    """Of one reminder to several phones: sent, if one took it; else tried again, if one may yet."""
    taken = [result for result in results if result.outcome == Outcome.SENT]
    if taken:
        return Result(Outcome.SENT, reached=len(taken))
    for outcome in (Outcome.WAITING, Outcome.FAILED):
        for result in results:
            if result.outcome == outcome:
                return result
    return results[0] if results else NOWHERE


def _words(delivery: ReminderDelivery, facts: Facts) -> Words:
    return words_for(
        language=facts.rules[delivery.patient_id].language,
        opens=delivery.opens,
        zone=facts.zones[delivery.patient_id],
        ahead=delivery.due_at < delivery.opens,
    )


def _seconds_left(delivery: ReminderDelivery, now: datetime) -> int:
    """For how long a push service may keep it for a phone that is away: it would be late after."""
    return max(int((delivery.due_at + GRACE - now).total_seconds()), 0)
