"""Whatever happens in whatever order, no change is left without a run that sees it."""

import queue
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.waiting import until
from tests.worker.conftest import Bell
from worker import jobs
from worker.models import Job

KEYS = ("adapt_patient:a", "adapt_patient:b")
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


class WorkerDies(BaseException):
    """Like SIGKILL, it lets nothing be written down."""


@dataclass
class Attempt:
    """A worker's thread that answers one message and then waits to be told how its work ends."""

    job_id: str
    asked: Counter[str]
    run: jobs.Run | None = None
    saw: int = 0
    ending: "queue.SimpleQueue[BaseException | None]" = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._answer, daemon=True)
        self.thread.start()
        until(lambda: self.run or not self.thread.is_alive(), "the message to be answered")

    def _answer(self) -> None:
        try:
            jobs.run(self.job_id, self._work)
        except WorkerDies:
            pass
        finally:
            connection.close()

    def _work(self, run: jobs.Run) -> None:
        self.saw = self.asked[run.key]
        self.run = run
        problem = self.ending.get()
        if problem is not None:
            raise problem

    def end(self, problem: BaseException | None) -> None:
        self.ending.put(problem)
        self.thread.join()


class Ledger(RuleBasedStateMachine):
    """Changes, messages that are late, doubled or lost, workers that fail or die, and a clock.

    `asked` counts the changes of a key; `settled`, how many of them a run saw that succeeded or
    was given up.
    """

    bell: Bell

    def __init__(self) -> None:
        super().__init__()
        Job.objects.all().delete()
        self.bell.heard()
        self.asked: Counter[str] = Counter()
        self.settled: Counter[str] = Counter()
        self.messages: list[str] = []
        self.attempts: list[Attempt] = []
        self.saw: dict[str, int] = {}  # by job: changes that its latest run saw
        self.ended: dict[UUID, str] = {}

    def _listen(self) -> None:
        self.messages += self.bell.heard()

    @rule(key=st.sampled_from(KEYS), delay=st.sampled_from([0.0, 30.0]))
    def change(self, key: str, delay: float) -> None:
        with transaction.atomic():
            jobs.enqueue(kind="adapt_patient", key=key, arguments={}, delay=delay)
            self.asked[key] += 1
        self._listen()

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), doubled=st.booleans())
    def message_arrives(self, data: st.DataObject, doubled: bool) -> None:
        job_id = data.draw(st.sampled_from(self.messages))
        if not doubled:
            self.messages.remove(job_id)
        attempt = Attempt(job_id, self.asked)
        if attempt.run is not None:
            self.attempts.append(attempt)
            self.saw[job_id] = attempt.saw

    @precondition(lambda self: self.messages)
    @rule()
    def messages_are_lost(self) -> None:
        self.messages.clear()

    @precondition(lambda self: self.attempts)
    @rule(
        data=st.data(),
        problem=st.sampled_from([None, None, ValueError(), jobs.JobRefused("no"), WorkerDies()]),
    )
    def attempt_ends(self, data: st.DataObject, problem: BaseException | None) -> None:
        attempt = data.draw(st.sampled_from(self.attempts))
        self.attempts.remove(attempt)
        assert attempt.run is not None
        holds = Job.objects.filter(id=attempt.job_id, lease_token=attempt.run.token).exists()
        attempt.end(problem)
        over = Job.objects.get(id=attempt.job_id).state in (Job.State.SUCCEEDED, Job.State.FAILED)
        if holds and over:
            key = attempt.run.key
            self.settled[key] = max(self.settled[key], attempt.saw)
        self._listen()

    @rule(seconds=st.sampled_from([10.0, settings.JOB_LEASE_SECONDS + 1]))
    def time_passes(self, seconds: float) -> None:
        step = timedelta(seconds=seconds)
        Job.objects.update(
            run_after=F("run_after") - step,
            sent_at=F("sent_at") - step,
            lease_until=F("lease_until") - step,
        )

    @rule()
    def sweep(self) -> None:
        running = list(Job.objects.filter(state=Job.State.RUNNING).values_list("id", flat=True))
        jobs.sweep()
        for job in Job.objects.filter(id__in=running, state=Job.State.FAILED):
            self.settled[job.key] = max(self.settled[job.key], self.saw[str(job.id)])
        self._listen()

    @invariant()
    def at_most_one_job_of_a_key_waits_and_one_runs(self) -> None:
        rows = Counter(Job.objects.filter(state__in=OPEN).values_list("key", "state"))
        assert all(count == 1 for count in rows.values())

    @invariant()
    def every_change_is_settled_or_a_job_has_seen_it_or_will(self) -> None:
        for key in KEYS:
            if self.settled[key] < self.asked[key]:
                open_jobs = Job.objects.filter(key=key, state__in=OPEN)
                assert any(
                    job.state == Job.State.QUEUED or self.saw[str(job.id)] == self.asked[key]
                    for job in open_jobs
                )

    @invariant()
    def what_has_ended_stays_as_it_ended(self) -> None:
        ended = dict(Job.objects.exclude(state__in=OPEN).values_list("id", "state"))
        assert self.ended.items() <= ended.items()
        assert all(run.attempts <= jobs.MAX_ATTEMPTS for run in Job.objects.all())
        self.ended = ended

    def teardown(self) -> None:
        """Kill every worker and start one that works: what is open gets done, with all changes."""
        for attempt in self.attempts:
            attempt.end(WorkerDies())
        self.attempts.clear()
        saw: Counter[str] = Counter()

        def work(run: jobs.Run) -> None:
            saw[run.key] = self.asked[run.key]

        for _ in range(3):
            self.time_passes(settings.JOB_LEASE_SECONDS + 1)
            self.sweep()
            for job_id in self.messages:
                jobs.run(job_id, work)
            self.messages.clear()
        assert not Job.objects.filter(state__in=OPEN).exists()
        for key in KEYS:
            assert max(self.settled[key], saw[key]) == self.asked[key]


@pytest.mark.django_db(transaction=True)
def test_no_change_is_lost_in_any_order_of_events(bell: Bell) -> None:
    Ledger.bell = bell
    run_state_machine_as_test(
        Ledger,
        settings=hypothesis_settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
