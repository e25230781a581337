"""Where files are kept when it is not a folder: a bucket of a storage that speaks S3.

One address says it all, `s3://BUCKET[/PREFIX][?endpoint=https://…][&region=…]`; what may read and
write there is told beside it, so that the address can be shown.
"""

import re
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SIGNED_FOR: Final = 3600  # seconds that an address given to a phone can be used
HELD_IN_MEMORY: Final = 8 * 2**20  # bytes of a file that is read; a larger one goes to a temporary
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}")
PARAMETERS = ("endpoint", "region")


def s3_storage(address: str, *, key: str = "", secret: str = "") -> dict[str, Any]:
    """STORAGES["default"] for the address (ATTUNE_FILES) and its credentials.

    Objects are private, every address of one is signed, and a name that is taken is never written
    again: Django finds another one. Without credentials boto3 finds its own (its environment
    variables, an instance's role). Raises ImproperlyConfigured for what is not such an address, and
    for one credential without the other.
    """
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(
            "ATTUNE_FILES_KEY and ATTUNE_FILES_SECRET belong together: set both, or neither where "
            "the machine itself may reach the bucket."
        )
    bucket, prefix, told = _parsed(address)
    endpoint = told.get("endpoint")
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "location": prefix,
        "endpoint_url": endpoint,
        "region_name": told.get("region"),
        # AWS redirects from the host of all regions, which breaks a signature; the bucket's own
        # host does not. Elsewhere a bucket may have no host.
        "addressing_style": "auto" if endpoint else "virtual",
        "signature_version": "s3v4",
        "default_acl": None,  # the bucket's own: private
        "querystring_auth": True,
        "querystring_expire": SIGNED_FOR,
        "file_overwrite": False,
        "max_memory_size": HELD_IN_MEMORY,
    }
    if key:
        # A session token of the environment belongs to the environment's key.
        options |= {"access_key": key, "secret_key": secret, "security_token": None}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _parsed(address: str) -> tuple[str, str, dict[str, str]]:
    """Bucket, prefix and parameters. Messages do not repeat the address: somebody may have put a
    secret in it."""
    parts = _split(address)
    if parts is None or parts.scheme != "s3":
        raise _refused("it does not begin with s3://")
    if not BUCKET.fullmatch(parts.netloc):
        raise _refused(
            "what follows s3:// is no bucket's name (credentials have settings of their own)"
        )
    if parts.fragment:
        raise _refused("it has a '#'; write %23")
    return parts.netloc, unquote(parts.path).strip("/"), _parameters(parts.query)


def _parameters(query: str) -> dict[str, str]:
    told = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in told]
    if unknown := sorted(set(names) - set(PARAMETERS)):
        raise _refused(f"{', '.join(unknown)} is not one of {', '.join(PARAMETERS)}")
    for name, value in told:
        if names.count(name) > 1 or not value:
            raise _refused(f"'{name}' must be given once, and not empty")
        if name == "endpoint":
            _check_endpoint(value)
    return dict(told)


def _check_endpoint(endpoint: str) -> None:
    parts = _split(endpoint)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _refused("its endpoint is no address that begins with https://")


def _split(address: str) -> SplitResult | None:
    """The parts; None for what has none, such as a broken IPv6 address."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _refused(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"ATTUNE_FILES must be s3://BUCKET[/PREFIX][?endpoint=https://…][&region=…]: {why}."
    )
