"""HTTPS to addresses that clients gave: to the open Internet alone, and no further than asked.

A push address is chosen by a phone. Were it followed anywhere, a phone could have this server knock
at doors inside the clinic (server-side request forgery). So each connection looks up the host by
itself and goes to an address that it has looked at: a name cannot change its meaning in between.
"""

import socket
import ssl
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.util.connection import create_connection

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
NAT64 = IPv6Network("64:ff9b::/96")


class NotPublic(Exception):
    """The host has an address that is not of the open Internet."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open Internet: not private, loopback, link-local,
    shared, multicast or reserved, in IPv4, IPv6, or the one within the other."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (within := _ipv4_within(found)) is not None:
        return is_public(str(within))
    return found.is_global and not found.is_multicast


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached by this one: mapped, 6to4 (RFC 3056) or NAT64 (RFC 6052)."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def is_inside(host: str) -> bool:
    """Whether the operator lets pushes go to this host wherever it is."""
    return host.lower() in settings.PUSH_INSIDE_HOSTS


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses to connect to. Raises NotPublic if one of them is not public, and OSError where
    there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not is_inside(host) and not all(map(is_public, addresses)):
        raise NotPublic
    return addresses


class _Connection(HTTPSConnection):
    """Connects to where `addresses_of` says; TLS still asks for the host by its name."""

    def _new_conn(self) -> socket.socket:
        addresses = addresses_of(self.host, self.port)
        for address in addresses[:-1]:
            try:
                return self._to(address)
            except OSError:
                continue
        return self._to(addresses[-1])

    def _to(self, address: str) -> socket.socket:
        return create_connection((address, self.port), timeout=CONNECT_SECONDS)


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        # The authorities that the system trusts, so that a clinic's own can be among them.
        super().init_poolmanager(*args, **kwargs, ssl_context=ssl.create_default_context())
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}


def post(address: str, *, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """The status and the Retry-After of the answer, whose body is not read. Follows no redirection,
    uses no proxy and no credentials of the environment.

    Raises NotPublic, and OSError (requests' own errors are) where no answer came.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.adapters.clear()
        session.mount("https://", _Adapter())
        with session.post(
            address,
            data=body,
            headers=headers,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code, answer.headers.get("Retry-After", "")
