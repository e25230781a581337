"""phone/src/signing/cbor.ts, run by Node: deterministic CBOR (RFC 8949 §4.2.1) and nothing else."""

import base64
from typing import Any

import pytest

from tests.phone.node import outcomes

# What is read of bytes in hexadecimal, as run_checks.mjs writes it (examples of RFC 8949 and more).
READ: dict[str, Any] = {
    "00": 0,
    "17": 23,
    "1818": 24,
    "190100": 256,
    "1a00010000": 2**16,
    "1b0000000100000000": 2**32,
    "1b001fffffffffffff": 2**53 - 1,
    "20": -1,
    "3863": -100,
    "40": {"hex": ""},
    "4401020304": {"hex": "01020304"},
    "60": "",
    "62c3bc": "ü",
    "63efbbbf": "\N{BYTE ORDER MARK}",
    "80": [],
    "83010203": [1, 2, 3],
    "818180": [[[]]],
    "a0": {"pairs": []},
    "a301020304200a": {"pairs": [[1, 2], [3, 4], [-1, 10]]},
    "f4": False,
    "f5": True,
    "f6": None,
}
NOT_READ = {
    "nothing": "",
    "two items": "0000",
    "24 in a longer form than it needs": "190018",
    "23 in a longer form than it needs": "1817",
    "256 in a longer form than it needs": "1a00000100",
    "65536 in a longer form than it needs": "1b0000000000010000",
    "length in a longer form than it needs": "580101",
    "more than 2^53": "1b0020000000000000",
    "cut number": "19ff",
    "cut bytes": "4201",
    "cut text": "6261",
    "cut array": "8201",
    "cut map": "a101",
    "array longer than memory": "9b000fffffffffffff",
    "map longer than memory": "bb000fffffffffffff",
    "reserved length": "1c" + "00" * 16,
    "bytes without end": "5f4101ff",
    "array without end": "9f01ff",
    "text that is not UTF-8": "61ff",
    "text with a surrogate": "63eda080",
    "key twice": "a201000100",
    "keys in another order": "a202000100",
    "keys by length first": "a2200018180000",
    "a tag": "c100",
    "undefined": "f7",
    "undefined in an array": "81f7",
    "simple value": "f820",
    "half float": "f93c00",
    "float": "fa3f800000",
    "double": "fb3ff0000000000000",
    "break": "ff",
    "nested too deep": "81818180" + "00",
    "nested far too deep": "81" * 20_000 + "00",
}


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    """What is read, by the bytes in hexadecimal."""
    cases = {
        given: {
            "call": "cbor",
            "content": base64.b64encode(bytes.fromhex(given)).decode(),
            "keys": [],
        }
        for given in [*READ, *NOT_READ.values()]
    }
    return {given: outcome["accepted"] for given, outcome in outcomes(cases).items()}


@pytest.mark.parametrize("given", READ)
def test_an_item_is_read(read: dict[str, Any], given: str) -> None:
    assert read[given] == READ[given]


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_not_in_the_one_form_is_not_read(read: dict[str, Any], name: str) -> None:
    assert read[NOT_READ[name]] == "none"
