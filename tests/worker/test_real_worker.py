"""Real processes lose nothing: not when a broker forgets, and not when a worker is killed."""

import random
import time

import psycopg
import pytest

from tests.installation import Install, Installation
from tests.processes import RedisServer
from tests.waiting import until

pytestmark = pytest.mark.system

ADAPT = "adapt_patient"
NEVER = "3600"  # seconds: so that only the broker can carry a message in time


def until_all_ratings_are_in_the_model(installation: Installation) -> None:
    until(
        lambda: installation.ratings_in_newest_model() == installation.ratings(),
        "a model that was made from every rating",
    )


def until_no_adaptation_is_open(installation: Installation) -> None:
    until(
        lambda: not {"queued", "running"} & {job.state for job in installation.jobs(ADAPT)},
        "every adaptation to end",
    )


def until_no_job_is_abandoned(installation: Installation) -> None:
    """Of whatever kind; on SQLite."""
    until(
        lambda: (
            not installation.sql(
                "SELECT 1 FROM worker_job WHERE state = 'running' AND lease_until < datetime('now')"
            )
        ),
        "every job of a killed worker to be taken back",
    )


def sweep_now(installation: Installation) -> None:
    installation.manage("shell", "--command", "from worker.jobs import sweep; sweep()")


def test_the_default_broker_carries_a_rating_to_the_worker(install: Install) -> None:
    installation = install(ATTUNE_JOB_SWEEP_SECONDS=NEVER)
    installation.start_web()
    installation.start_worker()
    installation.rate(3)
    until_all_ratings_are_in_the_model(installation)
    assert installation.ratings() == 3


@pytest.mark.redis
def test_redis_is_one_setting_and_may_be_away(install: Install, redis_server: RedisServer) -> None:
    installation = install(ATTUNE_BROKER_URL=redis_server.url, ATTUNE_JOB_SWEEP_SECONDS=NEVER)
    installation.start_web()
    worker = installation.start_worker()
    installation.rate(3)
    until_all_ratings_are_in_the_model(installation)
    redis_server.stop()
    installation.rate(2)  # asserts that they are stored
    assert installation.jobs(ADAPT)[-1].state == "queued"
    redis_server.start()
    worker.kill()  # Celery's worker mostly survives this, and a service manager sees to the rest
    installation.start_worker()
    sweep_now(installation)
    until_all_ratings_are_in_the_model(installation)
    assert installation.ratings() == 5


def test_beat_has_the_ledger_swept_and_so_finds_what_the_broker_lost(
    installation: Installation,
) -> None:
    installation.start_web()
    installation.rate(3)
    messages = list((installation.folder / "var" / "broker" / "messages").iterdir())
    assert messages
    for message in messages:
        message.unlink()
    installation.start_worker()
    until_all_ratings_are_in_the_model(installation)
    assert installation.ratings() == 3


def test_killing_the_worker_amid_an_adaptation_loses_no_rating_and_no_job(
    install: Install,
) -> None:
    installation = install(database="postgres")
    installation.start_web()
    # NO KEY UPDATE holds back the adaptation, which locks the patient, but no rating, which only
    # refers to the patient.
    with psycopg.connect(installation.database_url) as holding:
        holding.execute("SELECT id FROM therapy_patient FOR NO KEY UPDATE")
        installation.rate(4)
        first = installation.start_worker()
        until(
            lambda: installation.sql("SELECT 1 FROM pg_locks WHERE NOT granted"),
            "the adaptation to wait for the patient's row",
        )
        assert [job.state for job in installation.jobs(ADAPT)] == ["running"]
        first.kill()
    assert [job.state for job in installation.jobs(ADAPT)] == ["running"]
    assert installation.ratings_in_newest_model() == -1
    installation.start_worker()
    until_all_ratings_are_in_the_model(installation)
    until_no_adaptation_is_open(installation)
    assert installation.ratings() == 4
    assert [(job.state, job.attempts) for job in installation.jobs(ADAPT)] == [("succeeded", 2)]


def test_killing_workers_at_random_moments_of_bursts_loses_nothing(
    installation: Installation,
) -> None:
    installation.start_web()
    stored = 0
    for _ in range(3):  # fewer than the attempts that a job has
        worker = installation.start_worker()
        end = time.monotonic() + random.uniform(0.1, 2.0)
        while time.monotonic() < end:
            installation.rate(2)
            stored += 2
        worker.kill()
        installation.rate(1)
        stored += 1
    installation.start_worker()
    until_all_ratings_are_in_the_model(installation)
    until_no_adaptation_is_open(installation)
    until_no_job_is_abandoned(installation)
    assert installation.ratings() == stored
    assert "failed" not in {job.state for job in installation.jobs()}
