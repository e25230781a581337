"""Where a phone gets pushes. The address is the phone's to give, and is believed no further than
that it is one (network.py says where pushes may go)."""

import base64
import binascii
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils.crypto import salted_hmac

from therapy.people.models import Device, Patient
from therapy.records import Problems, add, refuse
from therapy.reminders.models import PushSubscription
from therapy.reminders.network import is_inside, is_public

LONGEST_ENDPOINT = 1000
HTTPS = 443


@transaction.atomic
def subscribe(
    *, device: Device, endpoint: str, public_key: str, auth_secret: str
) -> PushSubscription:
    """Have pushes go to the phone, in place of where they went before. A browser is one phone's: if
    another token had registered it, that one is forgotten.

    `public_key` is a point on P-256, `auth_secret` 16 bytes (RFC 8291), both in base64url. Raises
    ValidationError by field: endpoint, keys.p256dh, keys.auth.
    """
    refuse(_endpoint_problems(endpoint) | _key_problems(public_key, auth_secret))
    Patient.objects.select_for_update(no_key=True).get(id=device.patient_id)
    digest = salted_hmac("therapy.reminders.endpoint", endpoint, algorithm="sha256").hexdigest()
    stored = PushSubscription.objects.filter(device=device).first()
    said = (endpoint, public_key, auth_secret)
    if stored and (stored.endpoint, stored.public_key, stored.auth_secret) == said:
        return stored
    unsubscribe(device=device)
    # Of whatever clinic: past the walls.
    for other in PushSubscription._base_manager.filter(endpoint_hmac=digest):
        other.delete()
    return add(
        PushSubscription(
            patient=device.patient,
            device=device,
            endpoint=endpoint,
            endpoint_hmac=digest,
            public_key=public_key,
            auth_secret=auth_secret,
        )
    )


def unsubscribe(*, device: Device) -> None:
    """No pushes to this phone any more; a second call changes nothing."""
    for stored in PushSubscription.objects.filter(device=device):
        stored.delete()


def _endpoint_problems(endpoint: str) -> Problems:
    if len(endpoint) > LONGEST_ENDPOINT:
        return {"endpoint": [f"Has more than {LONGEST_ENDPOINT} characters."]}
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return {"endpoint": ["This is no address."]}
    if parts.scheme != "https" or not host or not re.fullmatch("[!-~]+", endpoint):
        return {"endpoint": ["Must be an https address, as the push service gave it."]}
    if parts.username is not None or parts.password is not None:
        return {"endpoint": ["Must not name a user."]}
    if not is_inside(host) and (port not in {None, HTTPS} or not _may_be_public(host)):
        return {"endpoint": ["Must be a push service on the open Internet, at its usual port."]}
    return {}


def _may_be_public(host: str) -> bool:
    """Of a name that is known when it is looked up, each time (network.py)."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))
    return is_public(host)


def _key_problems(public_key: str, auth_secret: str) -> Problems:
    problems: Problems = {}
    try:
        point = _decoded(public_key)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        if len(point) != 65:
            raise ValueError
    except ValueError:
        problems["keys.p256dh"] = ["Must be an uncompressed point on P-256, in base64url."]
    try:
        if len(_decoded(auth_secret)) != 16:
            raise ValueError
    except ValueError:
        problems["keys.auth"] = ["Must be 16 bytes in base64url."]
    return problems


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as wrong:
        raise ValueError from wrong
