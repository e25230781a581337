"""Sending what is due. A reminder is claimed by its row before it is sent, so however many workers
there are, and wherever one dies, nobody is reminded twice of the same."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from therapy.reminders.checking import Facts, facts_about, why_not
from therapy.reminders.due import GRACE, look
from therapy.reminders.handing import hand_over
from therapy.reminders.models import Outcome, PushSubscription, ReminderDelivery
from therapy.reminders.results import Result

AT_ONCE = 100  # reminders that a worker claims together

INTERRUPTED = "the server stopped while it was being sent; it may have arrived"


def send_reminders(clock: Callable[[], datetime] = timezone.now) -> None:
    """Find what has come due and send it. Called every minute; a call that is late, doubled or cut
    off sends nothing twice and nothing late."""
    look(clock())
    _forget_revoked()
    _give_up(clock())
    while claimed := _claim(clock()):
        facts = facts_about(claimed)
        _settle(_sent(claimed, facts, clock()), clock())


def _sent(
    claimed: Sequence[ReminderDelivery], facts: Facts, now: datetime
) -> Mapping[ReminderDelivery, Result]:
    """What became of each: held back, or handed over to the phone's push service or to the mail
    server."""
    reasons = {delivery: why_not(delivery, facts, now) for delivery in claimed}
    results = {delivery: Result(reason) for delivery, reason in reasons.items() if reason}
    going = [delivery for delivery, reason in reasons.items() if reason is None]
    return results | dict(hand_over(going, facts, now))


@transaction.atomic
def _claim(now: datetime) -> list[ReminderDelivery]:
    """Take some of what waits, the longest due first, so that no other worker does."""
    ready = ReminderDelivery.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now),
        outcome=Outcome.WAITING,
        due_at__gt=now - GRACE,
        due_at__lte=now,
    )
    skip = connection.features.has_select_for_update_skip_locked
    locked = ready.select_for_update(skip_locked=skip).order_by("due_at", "id")
    claimed = list(locked[:AT_ONCE])
    ReminderDelivery.objects.filter(id__in=[one.id for one in claimed]).update(
        outcome=Outcome.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return claimed


def _settle(results: Mapping[ReminderDelivery, Result], now: datetime) -> None:
    """Write down what became of them; alike ones in one statement."""
    alike: dict[Result, list[int]] = {}
    for delivery, result in results.items():
        alike.setdefault(_in_time(delivery, result, now), []).append(delivery.id)
    for result, ids in alike.items():
        waits = result.outcome == Outcome.WAITING
        ReminderDelivery.objects.filter(id__in=ids, outcome=Outcome.SENDING).update(
            outcome=result.outcome,
            cause=result.cause,
            reached=result.reached,
            retry_at=now + timedelta(seconds=result.wait) if waits else None,
            settled_at=None if waits else now,
        )


def _in_time(delivery: ReminderDelivery, result: Result, now: datetime) -> Result:
    """A next try that would come too late is none."""
    late = now + timedelta(seconds=result.wait) >= delivery.due_at + GRACE
    if result.outcome == Outcome.WAITING and late:
        return Result(Outcome.FAILED, result.cause)
    return result


def _give_up(now: datetime) -> None:
    """End what can no longer be sent in time, and what a worker left in its hands."""
    late = ReminderDelivery.objects.filter(due_at__lte=now - GRACE)
    waiting, sending = (late.filter(outcome=one) for one in (Outcome.WAITING, Outcome.SENDING))
    waiting.filter(attempts=0).update(outcome=Outcome.TOO_LATE, settled_at=now)
    waiting.filter(attempts__gt=0).update(outcome=Outcome.FAILED, settled_at=now)
    sending.filter(claimed_at__lte=now - GRACE).update(
        outcome=Outcome.FAILED, cause=INTERRUPTED, settled_at=now
    )


def _forget_revoked() -> None:
    """A phone whose access was ended gets no pushes, and its address is not kept."""
    PushSubscription.objects.filter(device__revoked_at__isnull=False).delete()
