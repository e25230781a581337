"""Connecting phones: staff show a code, and a phone exchanges it for a token of its own.

A code has 8 characters of an alphabet of 20. Of each group that people confuse (0 D O Q, 1 7 I L,
2 Z, 5 S, 6 G, 8 B, U V) it uses one at most, so what is read wrongly is no code rather than another
code. That is 8·log₂ 20 = 34.6 bits, 25.6 thousand million codes: few enough to be tried one by one
by who has a copy of the database, so what is kept of a code is keyed with the site's secret; and
enough against guessing through the door, where failed tries are counted (docs/pairing.md).
"""

import logging
import math
import uuid
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from therapy.access.acts import Act
from therapy.people.models import Device, Patient, User
from therapy.people.pairing_models import PairingCode, PairingTry
from therapy.people.services import issue_device_token
from therapy.people.visibility import access_of
from therapy.records import add, refuse

log = logging.getLogger(__name__)

ALPHABET = "3479ACDEFHJKMNPRTWXY"
LENGTH = 8
LIFETIME = timedelta(minutes=15)
BETWEEN = "-‐‑‒–—−"  # what people and keyboards put between the halves of a code

# Failed tries within WINDOW after which no more are taken.
WINDOW = timedelta(minutes=15)
MOST_OF_A_CLIENT = 10
MOST_OF_ALL = 200


class CodeUnknown(Exception):
    """No code that can be used reads like this: mistyped, used already, or ended."""


class CodeExpired(Exception):
    """The code is right, and too old."""


class TooManyTries(Exception):
    """No try is taken before `wait` seconds have passed."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many tries; the next is taken in {wait} s.")
        self.wait = wait


@transaction.atomic
def make_pairing_code(*, patient: Patient, by: User | None) -> PairingCode:
    """A code for one more phone of the patient, to be used within LIFETIME. It ends the patient's
    older codes; phones that are connected stay so. `by` is None at the command line.

    Raises PermissionDenied when `by` has no role in the patient's clinic that allows it.
    """
    if by is not None and not access_of(by, Act.CHANGE_CARE).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)  # one new code at a time
    now = timezone.now()
    _to_use().filter(patient=patient).update(ended_at=now)
    key = uuid.uuid4()
    return add(
        PairingCode(
            id=key,
            patient=patient,
            code_hmac=_hmac(_derived(key)),
            made_by=by,
            expires_at=now + LIFETIME,
        )
    )


def end_pairing_code(*, code: PairingCode) -> bool:
    """Let no phone use the code any more; whether it could have been used."""
    return bool(_to_use().filter(id=code.id).update(ended_at=timezone.now()))


def shown(code: PairingCode) -> str:
    """The code as people read it, such as `ACDE-3479`; empty once it cannot be used.

    It is made again from the row's id and the site's secret, so that the page that shows it can be
    opened again, and the database alone does not tell it.
    """
    if code.state(timezone.now()) != PairingCode.State.OPEN:
        return ""
    text = _derived(code.id)
    return f"{text[: LENGTH // 2]}-{text[LENGTH // 2 :]}"


def pair(*, typed: str, label: str, client: str) -> tuple[Device, str]:
    """The phone that a code makes one of its patient's, and its token (`issue_device_token`).

    `typed` may have small letters, spaces and dashes; `client` is what failed tries are counted by
    (addresses.network_of). Of several who send a code at once, one gets a token. Raises
    ValidationError for what has not the form of a code, which counts as no try, CodeUnknown,
    CodeExpired, TooManyTries.
    """
    text = "".join(c for c in typed.upper() if not c.isspace() and c not in BETWEEN)
    if len(text) != LENGTH or set(text) - set(ALPHABET):
        refuse(
            {
                "code": [
                    f"A code has {LENGTH} characters, all of them among {' '.join(ALPHABET)}. "
                    "Look again at what was shown."
                ]
            }
        )
    # Outside of the exchange's transaction: a try counts although the exchange is undone.
    tried = _count_try(client)
    paired = _exchange(text, label)
    tried.delete()  # this one did not fail; others' stay
    return paired


@transaction.atomic
def _exchange(text: str, label: str) -> tuple[Device, str]:
    now = timezone.now()
    code = PairingCode.objects.select_related("patient").filter(code_hmac=_hmac(text)).first()
    if code is None:
        raise CodeUnknown
    if code.state(now) == PairingCode.State.EXPIRED:
        raise CodeExpired
    # The row's lock lets one of several through; the others then find it used.
    if not _to_use().filter(id=code.id).update(used_at=now):
        raise CodeUnknown
    device, token = issue_device_token(patient=code.patient, label=label)
    PairingCode.objects.filter(id=code.id).update(device=device)
    return device, token


def _count_try(client: str) -> PairingTry:
    """Write the try down before it is made, so that tries at once cannot pass the limit together.

    Raises TooManyTries, and then it is not written down: who waits is let in again.
    """
    now = timezone.now()
    PairingTry.objects.filter(tried_at__lte=now - WINDOW).delete()
    hashed = salted_hmac("attune.pairing.client", client, algorithm="sha256").hexdigest()
    tried = PairingTry.objects.create(client_hmac=hashed, tried_at=now)
    tries = PairingTry.objects.filter(tried_at__gt=now - WINDOW).order_by("-tried_at", "-id")
    everyones = _seconds_over(tries, MOST_OF_ALL)
    wait = max(everyones, _seconds_over(tries.filter(client_hmac=hashed), MOST_OF_A_CLIENT))
    if not wait:
        return tried
    tried.delete()
    if everyones:
        log.warning("Pairing is shut for %s s: %s tries failed on this site.", wait, MOST_OF_ALL)
    raise TooManyTries(wait)


def _seconds_over(tries: QuerySet[PairingTry], most: int) -> int:
    """Seconds until no more than `most` of the tries count, this one included; the newest first."""
    beyond = tries[most : most + 1].first()
    if beyond is None:
        return 0
    return max(math.ceil((beyond.tried_at + WINDOW - timezone.now()).total_seconds()), 1)


def _to_use() -> QuerySet[PairingCode]:
    return PairingCode.objects.filter(used_at=None, ended_at=None)


def _derived(key: uuid.UUID) -> str:
    """The code of a row: its id under the site's secret, written in the alphabet."""
    number = int.from_bytes(
        salted_hmac("attune.pairing.code", str(key), algorithm="sha256").digest()
    )
    text = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        text += ALPHABET[place]
    return text


def _hmac(text: str) -> str:
    return salted_hmac("attune.pairing.stored", text, algorithm="sha256").hexdigest()
