"""Web push: encrypted for one phone (RFC 8291), signed by this server (RFC 8292), handed to the
phone's push service (RFC 8030), which can read none of it."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from uuid import UUID

from pywebpush import WebPusher, WebPushException
from requests.exceptions import RequestException

from therapy.reminders import network
from therapy.reminders.models import Outcome, PushSubscription
from therapy.reminders.results import Result, again, failed
from therapy.reminders.vapid import authorization
from therapy.reminders.words import TAG, Words

AT_ONCE = 8
DEADLINE = 60.0
"""Seconds for all pushes that were begun together: a service that trickles its answer is left."""

GONE = Result(Outcome.NO_ADDRESS, "the phone had ended its subscription")
NOT_ALLOWED = Result(Outcome.NO_ADDRESS, "the push address is not on the open Internet")


@dataclass(frozen=True)
class Push:
    """Something to tell one phone; kept for it by its push service for `ttl` seconds at most. `of`
    is the reminder's key."""

    of: int
    subscription: PushSubscription
    words: Words
    ttl: int


def send_all(pushes: Sequence[Push]) -> Mapping[tuple[int, UUID], Result]:
    """Hand over all of them, several at once; what became of each, by reminder and subscription.
    Uses no database."""
    pool = ThreadPoolExecutor(AT_ONCE)
    begun = {(push.of, push.subscription.id): pool.submit(send, push) for push in pushes}
    wait(begun.values(), timeout=DEADLINE)
    pool.shutdown(wait=False, cancel_futures=True)
    return {key: _result(future) for key, future in begun.items()}


def send(push: Push) -> Result:
    """Hand one push to its service."""
    endpoint = push.subscription.endpoint
    try:
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(push.ttl),
            "Urgency": "high",  # else a phone that rests gets it when it wakes
            **authorization(endpoint),
        }
        status, retry_after = network.post(endpoint, body=_encrypted(push), headers=headers)
    except network.NotPublic:
        return NOT_ALLOWED
    except (WebPushException, ValueError):
        return failed("the phone's keys were refused")
    except (RequestException, OSError):
        return again("the push service could not be reached")
    return _answered(status, retry_after)


def _encrypted(push: Push) -> bytes:
    """Raises WebPushException or ValueError for keys that are none."""
    keys = {"p256dh": push.subscription.public_key, "auth": push.subscription.auth_secret}
    said = {"title": push.words.title, "body": push.words.body, "lang": push.words.language}
    pusher = WebPusher({"endpoint": push.subscription.endpoint, "keys": keys})
    body: bytes = pusher.encode(json.dumps(said | {"tag": TAG}).encode())["body"]
    return body


def _answered(status: int, retry_after: str) -> Result:
    if 200 <= status < 300:
        return Result(Outcome.SENT, reached=1)
    if status in {404, 410}:
        return GONE
    cause = f"the push service answered {status}"
    if status == 429 or status >= 500:
        return again(cause, float(retry_after) if retry_after.isdecimal() else 0.0)
    return failed(cause)


def _result(future: "Future[Result]") -> Result:
    if future.cancelled() or not future.done():
        return failed("the push service did not answer in time")
    return future.result()
