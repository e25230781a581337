"""Everything that the API's description allows, and much that it does not, as each role.

Schemathesis reads the description from the running server, so a new address is called by itself.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.addresses import parameters_at
from tests.factories import MembershipFactory
from tests.people import People, settle
from therapy.models import Membership

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

EXAMPLES = 12  # of every operation, in each of the phases that make up their own
# Every boundary of every operation takes the longest: once by a phone, once by who may most.
THOROUGH = {"phone", "owner"}
SETTINGS = """
[generation]
# Who asks is told once, by a header. A session left out of what is made up would be in it all the
# same, and the answer to it no fault.
with-security-parameters = false

[checks]
# What is well formed may still be refused: a plan that is not the patient's, a time in the future.
# The description cannot say so.
positive_data_acceptance.enabled = false

[[operations]]
include-name = "POST /api/v1/sync"
# An item that is not as described spoils no other, so the batch is taken and the item is refused.
checks.negative_data_rejection.enabled = false

[parameters]
"""
Headers = dict[str, str]


@pytest.fixture
def people(transactional_db: None, settings: Any, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CALL_RATES = dict.fromkeys(settings.CALL_RATES)
    return settle()


def of_phone(people: People) -> Headers:
    return people.annas_phone.headers


def of_staff(role: str) -> Callable[[People], Headers]:
    def headers(people: People) -> Headers:
        client = Client()
        client.force_login(MembershipFactory(clinic=people.harbour, role=role).user)
        token = "t" * 32
        session = client.cookies["sessionid"].value
        return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}

    return headers


WHO = {
    "phone": of_phone,
    "nobody": lambda people: {},
    **{role: of_staff(role) for role in Membership.Role.values},
}


@pytest.mark.parametrize("who", WHO)
def test_every_answer_is_a_described_one(
    who: str,
    people: People,
    live_server: Any,
    tmp_path: Path,
) -> None:
    there = parameters_at(people).items()
    named = "\n".join(f'"path.{name}" = {json.dumps(str(one))}' for name, one in there)
    (tmp_path / "schemathesis.toml").write_text(f"{SETTINGS}{named}\n")
    phases = f"examples,{'coverage,' if who in THOROUGH else ''}fuzzing,stateful"
    told = [f"--header={name}: {value}" for name, value in WHO[who](people).items()]
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{live_server.url}/api/v1/schema/",
            *("--phases", phases),
            *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
            *("--suppress-health-check", "all"),
            *("--workers", "1", "--warnings", "off", "--no-color", "--continue-on-failure"),
            *told,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
    assert "Stateful" in ran.stdout
