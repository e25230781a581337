"""/healthz."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.needs import ROOT
from worker.models import Job

ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/healthz", headers={"Host": "localhost"})
print(answer.status_code, answer.content.decode())
"""


@pytest.mark.django_db
def test_anyone_may_ask(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "reachable",
        "jobs_waiting_over_5_minutes": 0,
    }


@pytest.mark.django_db
def test_jobs_that_wait_too_long_are_counted_and_no_others(client: Client) -> None:
    now = timezone.now()
    for key, state, minutes in (
        ("late", "queued", 6),
        ("later", "queued", 60),
        ("fresh", "queued", 4),
        ("ended", "failed", 60),
    ):
        Job.objects.create(
            kind="x", key=key, state=state, run_after=now - timedelta(minutes=minutes)
        )
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "late"
    assert answer.json()["jobs_waiting_over_5_minutes"] == 2


def test_a_database_that_does_not_answer_is_told_with_503(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing" / "attune.sqlite3"
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=os.environ
        | {"ATTUNE_DATABASE_URL": f"sqlite:///{nowhere}", "ATTUNE_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    status, _, body = asked.stdout.strip().splitlines()[-1].partition(" ")
    assert status == "503"
    assert json.loads(body) == {"status": "down", "database": "unreachable"}
