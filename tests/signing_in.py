"""Signing in as people do: a password, then the code that an authenticator app shows."""

import hmac
import struct
import time
from base64 import b32decode
from typing import Any

from django.test import Client

from tests.factories import TOTP_SECRET
from therapy.accounts.adapters import SIGNED_IN_AT
from therapy.models import User

PASSWORD = "correct horse battery"
STEP = 30  # s


def code_of(secret: str = TOTP_SECRET) -> str:
    """What an app shows now: RFC 6238 with its defaults. Waits where a step is about to end."""
    if STEP - time.time() % STEP < 2:
        time.sleep(2)
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // STEP), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def with_password(user: User, password: str = PASSWORD) -> User:
    """The user, who can sign in with it from now on."""
    user.set_password(password)
    user.save()
    return user


def type_password(
    client: Client, email: str, password: str = PASSWORD, *, then: str = "", **request: Any
) -> Any:
    """The answer to the first step; `then`: where the visitor wanted to go."""
    typed = {"login": email, "password": password, **({"next": then} if then else {})}
    return client.post("/sign-in/", typed, **request)


def type_code(client: Client, code: str) -> Any:
    """The answer to the second step."""
    return client.post("/account/second-factor/authenticate/", {"code": code})


def sign_in(client: Client, user: User, *, then: str = "") -> Any:
    """Both steps; the answer to the second."""
    first = type_password(client, with_password(user).email, then=then)
    assert first.headers["Location"] == "/account/second-factor/authenticate/"
    return type_code(client, code_of())


def just_signed_in(client: Client) -> Client:
    """A client made by `force_login`, as if the password had been typed a moment ago."""
    session = client.session
    session[SIGNED_IN_AT] = time.time()
    session.save()
    return client
