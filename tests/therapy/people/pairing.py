"""Phones that are being connected."""

from itertools import islice, product
from typing import Any

from django.test import Client

from therapy.models import Patient, User
from therapy.people.pairing import make_pairing_code, shown


def a_code(patient: Patient, by: User | None = None) -> str:
    """A new code of the patient's, as it is shown."""
    return shown(make_pairing_code(patient=patient, by=by))


def pair(code: str, *, address: str = "192.0.2.1", label: str = "", **headers: str) -> Any:
    """What the API answers to a phone without a token that sends the code."""
    return Client(REMOTE_ADDR=address).post(
        "/api/v1/pairings",
        {"code": code, "label": label},
        content_type="application/json",
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


def wrong_codes(count: int) -> list[str]:
    """Codes of the right form that (all but certainly) nobody has."""
    return ["AAAA-" + "".join(four) for four in islice(product("ACDEFHJKM", repeat=4), count)]
