"""Which key signs, and which are still honoured. Private keys are files in
`settings.SIGNING_KEY_FOLDER`; the web server needs none of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from exports.models import Bundle, SigningKey
from exports.renewing import ask_for_renewals
from exports.signing import keys
from exports.signing.payloads import BaseStatement, KeyStatement
from worker.jobs import JobRefused


class NoSigningKey(JobRefused):
    """Nothing can be signed; the text says what to do."""


@dataclass(frozen=True)
class Signer:
    """The key that signs: its row, and its private half."""

    row: SigningKey
    key: keys.SigningKey


@transaction.atomic
def signer() -> Signer:
    """The key that signs now; development makes the first one by itself. Raises NoSigningKey.

    Within a transaction no other key takes over until its end.
    """
    row = _signing_row()
    if row is None:
        if settings.PRODUCTION:
            raise NoSigningKey(
                "There is no key to sign with. `manage.py signing_key create` makes one."
            )
        row = create()
    return _with_private_half(row)


@transaction.atomic
def create(*, lost: bool = False) -> SigningKey:
    """Make a key that signs from now on. The one before endorses it, unless it is `lost`, signs no
    more, and is honoured until everything that it signed has expired.

    Raises NoSigningKey when the private half of the one before is not here to endorse: rotate where
    the worker runs.
    """
    before = _signing_row()
    made, now = keys.SigningKey.create(), timezone.now()
    endorsement = None
    if before is not None:
        if not lost:
            statement = KeyStatement(made.public_bytes, seconds(now))
            endorsement = _with_private_half(before).key.sign(statement)
        before.retired_at, before.honoured_until = now, now + lifetime()
        before.save()
    keys.write(made, settings.SIGNING_KEY_FOLDER)  # a file without a row is never used
    row = SigningKey.objects.create(
        key_id=made.key_id.hex(), public_key=made.public_bytes, endorsement=endorsement
    )
    for bundle in Bundle.objects.select_related("base"):
        sign_bundle(bundle, Signer(row, made))
        bundle.save()
    ask_for_renewals()
    return row


def revoke(row: SigningKey) -> None:
    """Honour a key no more, at once: it was lost or stolen. Raises ValueError for the one that
    signs: make another first."""
    row.refresh_from_db()
    if row.retired_at is None:
        raise ValueError(f"{row} signs. Make another key first, then revoke it.")
    SigningKey.objects.filter(key_id=row.key_id).update(honoured_until=timezone.now())
    ask_for_renewals()


def sign_bundle(bundle: Bundle, by: Signer) -> None:
    """Have the bundle say which base it is; not saved."""
    statement = BaseStatement(
        base=bytes.fromhex(bundle.base.weights_sha256),
        kind=bundle.kind,
        sha256=bytes.fromhex(bundle.sha256),
        size=bundle.bytes,
        created=seconds(timezone.now()),
    )
    bundle.statement, bundle.key = by.key.sign(statement), by.row


def honoured(at: datetime) -> QuerySet[SigningKey]:
    """The keys whose signatures are accepted at a time, the newest first."""
    return SigningKey.objects.filter(Q(honoured_until=None) | Q(honoured_until__gt=at))


def public_keys(at: datetime) -> dict[bytes, Ed25519PublicKey]:
    """The same, to verify with: by their ids."""
    return {
        bytes.fromhex(row.key_id): keys.public_key(bytes(row.public_key)) for row in honoured(at)
    }


def lifetime() -> timedelta:
    """How long a signed record may be used."""
    return timedelta(days=settings.MODEL_LIFETIME_DAYS)


def seconds(at: datetime) -> int:
    """Since 1970, as signed messages count."""
    return int(at.timestamp())


def _signing_row() -> SigningKey | None:
    return SigningKey.objects.select_for_update().filter(retired_at=None).first()


def _with_private_half(row: SigningKey) -> Signer:
    try:
        return Signer(row, keys.read(settings.SIGNING_KEY_FOLDER, row.key_id))
    except keys.BadKey as problem:
        raise NoSigningKey(str(problem)) from problem
