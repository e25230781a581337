"""From which network address a request came, where proxies stand between."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "unknown"
V6_NETWORK = 64  # bits: what one subscriber is given (RFC 6177), and may change addresses within


def client_address(request: HttpRequest) -> str:
    """The address of the client, as IP; `unknown` where there is none (a Unix socket).

    Each proxy appends the address that it was called from to X-Forwarded-For, so with N trusted
    proxies (ATTUNE_TRUSTED_PROXIES) the N-th entry from the right is the last one that someone
    trusted wrote; whatever stands left of it, any client can make up. A header that is shorter, or
    holds no address there, did not come through all of them: then it is not believed at all.
    """
    direct = _address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies < 1 or len(told) < proxies:
        return direct
    said = _address(told[-proxies].strip())
    return direct if said == NOWHERE else said


def network_of(address: str) -> str:
    """What is counted as one client: an IPv4 address, or the network of an IPv6 address."""
    if address == NOWHERE:
        return address
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> (128 - V6_NETWORK) << (128 - V6_NETWORK)))


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return NOWHERE
