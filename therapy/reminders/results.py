"""What a try to send came to."""

from dataclasses import dataclass

from therapy.reminders.models import Outcome

RETRY_SECONDS = 60.0


@dataclass(frozen=True)
class Result:
    """Where `outcome` is WAITING, it may be tried again after `wait` seconds. `cause` is in words
    of ours: what a service answers may quote an address."""

    outcome: Outcome
    cause: str = ""
    reached: int = 0
    wait: float = 0.0


def again(cause: str, wait: float = RETRY_SECONDS) -> Result:
    return Result(Outcome.WAITING, cause, wait=max(wait, RETRY_SECONDS))


def failed(cause: str) -> Result:
    return Result(Outcome.FAILED, cause)
