"""Locked out for a while after passwords that failed. Counted by the address and the account that
was typed, whether or not there is such an account."""

import math
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from therapy.people.addresses import NOWHERE, client_address, network_of

LONGEST_NAME = 255  # characters, of the column


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The account that a try was for, as it is counted."""
    return str((credentials or {}).get("email") or "").strip().lower()[:LONGEST_NAME]


def address_tried(request: HttpRequest) -> str | None:
    """Where a try came from, as it is counted; None where that is not known."""
    address = network_of(client_address(request))
    return None if address == NOWHERE else address


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429: how long to wait, and what else can be done."""
    minutes = _minutes_left(request, credentials)
    page = render(
        request,
        "therapy/people/locked_out.html",
        {"minutes": minutes, "tries": settings.AXES_FAILURE_LIMIT},
        status=429,
    )
    page.headers["Retry-After"] = str(minutes * 60)
    return page


def _minutes_left(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    tries = AccessAttempt.objects.filter(
        username=name_tried(request, credentials), ip_address=address_tried(request)
    )
    last = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    until = (last or timezone.now()) + settings.AXES_COOLOFF_TIME
    return max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
