"""A POST that is sent again with its Idempotency-Key is answered again, and does nothing again.

After draft-ietf-httpapi-idempotency-key-header-07. Only what succeeded is kept: a refusal did
nothing, so the same request may be tried again for itself.
"""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from therapy.access.walls import outside_all_walls
from therapy.api.models import KeptAnswer
from therapy.api.problems import HeaderRefused, Problem
from therapy.people.models import Device, Patient, User

View = TypeVar("View", bound=Callable[..., Response])

HEADER = "Idempotency-Key"
FORM = re.compile(r'"(?P<quoted>[!#-\[\]-~]{16,100})"|(?P<bare>[!#-\[\]-~]{16,100})')
A_DAY = timedelta(days=1)
# Longer than any request takes: who has not answered by then was killed, and another may work.
LONGEST_WORK = timedelta(minutes=2)
KEPT_HEADERS = ("Cache-Control", "Location")


class StillAtWork(Problem):
    default_code = "idempotency_key_in_use"
    default_detail = "A request of this Idempotency-Key is being worked on. Ask again in a moment."
    wait = 1  # told in Retry-After


class OtherBody(Problem):
    default_code = "idempotency_key_reused"
    default_detail = "A request of this Idempotency-Key had another body. Use a new key."


def idempotent(*, kept: timedelta = A_DAY) -> Callable[[View], View]:
    """Decorator of a view's method: what it answers to a request with an Idempotency-Key is kept
    so long, and is the answer to each repeat. Without the header nothing is different.

    The method must answer with `Response`. Whose record the answer is: the calling phone's patient,
    whom the view's `access` gave to the calling member of staff, who is given it again only while
    they may see that patient, or, of a caller nobody knows yet, whom the method names in
    `request.answers_about`.
    """

    def decorated(method: View) -> View:
        @wraps(method)
        def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return method(view, request, *args, **kwargs)
            row = _claimed(request, _read(key), kept)
            if row.status is not None:
                return _again(view, row)
            try:
                response = method(view, request, *args, **kwargs)
            except BaseException:
                _let_go(row)
                raise
            _keep(row, response, _about(view, request))
            return response

        return cast(View, extend_schema(parameters=[_parameter(kept)])(answer))

    return decorated


def _read(header: str) -> str:
    """The key, with or without the quotes of the draft. Raises HeaderRefused."""
    found = FORM.fullmatch(header.strip())
    if found is None:
        text = "Must have 16 to 100 visible characters of ASCII, as a UUID has."
        raise HeaderRefused({HEADER: [text]})
    return found["quoted"] or found["bare"]


def _claimed(request: Request, key: str, kept: timedelta) -> KeptAnswer:
    """A new row, which is ours to work for, or the one with the answer.

    Raises StillAtWork, OtherBody.
    """
    caller = f"{type(request.user).__name__} {request.user.pk}"
    address = f"{request.method} {request.get_full_path()}"
    body = json.dumps(request.data, sort_keys=True)
    now = timezone.now()
    row = KeptAnswer(
        key_hmac=_hmac(json.dumps([caller, address, key])),
        body_hmac=_hmac(body),
        begun_at=now,
        expires_at=now + kept,
    )
    with outside_all_walls():
        same = KeptAnswer.objects.filter(key_hmac=row.key_hmac)
        killed = Q(status=None, begun_at__lte=now - LONGEST_WORK)
        same.filter(killed | Q(expires_at__lte=now)).delete()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return _answered(same.first(), row.body_hmac)
    return row


def _answered(stored: KeptAnswer | None, body_hmac: str) -> KeptAnswer:
    """Raises StillAtWork, OtherBody."""
    if stored is not None and not constant_time_compare(stored.body_hmac, body_hmac):
        raise OtherBody
    if stored is None or stored.status is None:
        raise StillAtWork
    return stored


def _keep(row: KeptAnswer, response: Response, about: uuid.UUID | None) -> None:
    if response.status_code >= 300:
        _let_go(row)
        return
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    answer = json.dumps({"headers": headers, "body": response.data}, cls=JSONEncoder)
    with outside_all_walls():
        KeptAnswer.objects.filter(id=row.id).update(
            status=response.status_code, patient_id=about, secret_answer=answer
        )


def _let_go(row: KeptAnswer) -> None:
    with outside_all_walls():
        KeptAnswer.objects.filter(id=row.id).delete()


def _again(view: Any, row: KeptAnswer) -> Response:
    if row.patient_id is not None and isinstance(view.request.user, User):
        view.access.patient(row.patient_id)
    stored = json.loads(row.secret_answer)
    return Response(stored["body"], status=row.status, headers=stored["headers"])


def _about(view: Any, request: Request) -> uuid.UUID | None:
    match request.user:
        case Device() as device:
            return device.patient_id
        case User():
            return next((patient for _, patient in view.access.given if patient is not None), None)
    named: Patient | None = getattr(request, "answers_about", None)
    return None if named is None else named.id


def _hmac(text: str) -> str:
    return salted_hmac("attune.api.kept_answer", text, algorithm="sha256").hexdigest()


def _parameter(kept: timedelta) -> OpenApiParameter:
    hours = kept / timedelta(hours=1)
    time = f"{hours:g} hours" if hours >= 1 else f"{60 * hours:g} minutes"
    return OpenApiParameter(
        HEADER,
        location=OpenApiParameter.HEADER,
        description="Made by the app for this one request, such as a UUID: 16 to 100 characters. "
        f"The same request with it again, within {time}, does nothing and has the same answer "
        "(docs/api-policy.md).",
    )
