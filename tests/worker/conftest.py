"""A broker to listen to, a patient to rate, and a worker's loop without its process."""

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from tests.factories import MoodRatingFactory
from therapy.models import Clinic, FeatureSchema, MoodRating, Patient
from worker import jobs
from worker.celery_app import app
from worker.models import Job

Work = Callable[[jobs.Run], object]


class Bell:
    """The real broker's queue, read as a worker reads it."""

    def heard(self) -> list[str]:
        """The ids of the jobs that the broker was told of since the last call, oldest first."""
        ids: list[str] = []
        with app.connection_for_read() as connection:
            messages = connection.SimpleQueue("celery")
            while True:
                try:
                    message = messages.get_nowait()
                except queue.Empty:
                    return ids
                message.ack()
                arguments, _, _ = message.payload
                ids.append(arguments[0])

    def work_off(self, work: Work) -> int:
        """Answer every message, also those that come meanwhile; how many there were."""
        answered = 0
        while ids := self.heard():
            for job_id in ids:
                jobs.run(job_id, work)
                answered += 1
        return answered


@dataclass(frozen=True)
class Rater:
    """Asks for adaptation the way a service does: a rating and its job in one transaction."""

    patient: Patient

    def rate(self, valence: float = 0.5, *, delay: float = 0.0) -> Job:
        with transaction.atomic():
            return self.rate_in_open_transaction(valence, delay=delay)

    def rate_in_open_transaction(self, valence: float = 0.5, *, delay: float = 0.0) -> Job:
        MoodRatingFactory(patient=self.patient, valence=valence)
        return jobs.enqueue(
            kind="adapt_patient",
            key=f"adapt_patient:{self.patient.id}",
            arguments={"patient_id": str(self.patient.id)},
            delay=delay,
        )

    def ratings(self) -> int:
        """How many ratings there are, as this connection sees them."""
        return MoodRating.objects.filter(patient=self.patient).count()


@pytest.fixture
def rater(transactional_db: None) -> Rater:
    schema = FeatureSchema.objects.create(name="test", version=1, features=[])
    clinic = Clinic.objects.create(slug="clinic", name="Clinic", feature_schema=schema)
    return Rater(Patient.objects.create(clinic=clinic, code="P-1"))


@pytest.fixture
def bell() -> Iterator[Bell]:
    ours = Bell()
    ours.heard()
    yield ours
    ours.heard()
