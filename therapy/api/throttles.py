"""How often one phone, all phones of a clinic, or one address may call.

Calls are counted in windows by the clock (a rate of `300/min` starts anew with every minute), each
in one statement that adds and answers at once: processes cannot pass a limit together, which they
can with REST framework's own throttles, that read a list of times from the cache and write it back.
"""

import math
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from therapy.people.addresses import client_address, network_of
from therapy.people.models import Device, User

# In SQL because the ORM has no way to add to a row that another process may have made just now.
COUNT = """
INSERT INTO therapy_callcount AS stored (caller_hmac, "window", calls, window_ends_at)
VALUES (%s, %s, 1, %s)
ON CONFLICT (caller_hmac) DO UPDATE SET
    calls = CASE WHEN stored."window" < excluded."window" THEN 1 ELSE stored.calls + 1 END,
    window_ends_at = CASE WHEN stored."window" < excluded."window"
        THEN excluded.window_ends_at ELSE stored.window_ends_at END,
    "window" = CASE WHEN stored."window" < excluded."window"
        THEN excluded."window" ELSE stored."window" END
RETURNING calls
"""


class Calls(BaseThrottle):
    """The throttle of every view of the API. A phone that calls too often is refused before it is
    counted with its clinic, so it takes nothing from the others."""

    def allow_request(self, request: Request, view: Any) -> bool:
        self._seconds_left = 0
        return all(self._counted(kind, name) for kind, name in _callers(request))

    def wait(self) -> int:
        """Seconds until the next window."""
        return self._seconds_left

    def _counted(self, kind: str, name: str) -> bool:
        rate: tuple[int, int] | None = settings.CALL_RATES[kind]
        if rate is None:
            return True
        most, seconds = rate
        now = time.time()
        window = int(now // seconds)
        ends = (window + 1) * seconds
        if _count(f"{kind} {name}", window, ends) <= most:
            return True
        self._seconds_left = max(math.ceil(ends - now), 1)
        return False


def _callers(request: Request) -> list[tuple[str, str]]:
    """Whose calls the request counts among, the narrowest first."""
    match request.user:
        case Device() as device:
            return [("phone", str(device.pk)), ("clinic", str(device.patient.clinic_id))]
        case User() as user:
            return [("staff", str(user.pk))]
    return [("address", network_of(client_address(request._request)))]


def _count(caller: str, window: int, ends: int) -> int:
    hashed = salted_hmac("attune.api.caller", caller, algorithm="sha256").hexdigest()
    until = connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(ends, UTC))
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [hashed, window, until])
        (calls,) = cursor.fetchone()
    return int(calls)
