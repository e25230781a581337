"""A practice whose pieces sound for half a second, served by a real gunicorn, for the patient's app
in a real browser. Tests see its rows, as gunicorn works on their own database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from tests.exports.conftest import adapt, export
from tests.factories import PatientFactory, SessionPlanFactory
from tests.phone.bad_network import Network, between
from tests.phone.tones import tone
from tests.practice import Practice
from tests.processes import Process
from therapy.models import Patient, SessionPlan
from therapy.people.consenting import decide
from therapy.people.pairing import make_pairing_code, shown

PIECE_SECONDS = 0.5


@dataclass
class Surgery:
    """The practice, its web server, and the network between that and the phones."""

    practice: Practice
    network: Network
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    web: Process | None = None

    @property
    def patient(self) -> Patient:
        return self.practice.patient

    def start(self, *, ahead: float = 0) -> None:
        """The server, its clock so many seconds ahead."""
        module = ["gunicorn"] if ahead == 0 else ["tests.phone.clock_ahead", str(ahead)]
        options = ["--bind", "127.0.0.1:0", "--workers", "1", "--threads", "4"]
        self.web = Process(
            [sys.executable, "-m", *module, *options, "--no-control-socket", "therapy.wsgi"],
            log=self.folder / "web.log",
            environment=os.environ | {"ATTUNE_DATABASE_URL": database_url()} | self.settings,
        )
        self.network.server = self.web.until_it_says(r"Listening at: (http://\S+)")[1]

    def stop(self) -> None:
        if self.web is not None:
            self.web.stop()
            self.web = None

    def code(self, patient: Patient | None = None) -> str:
        """That connects one more phone."""
        return shown(make_pairing_code(patient=patient or self.patient, by=None))

    def admit(self, code: str, **plan: Any) -> Patient:
        """One more patient, with a plan and a model."""
        patient: Patient = PatientFactory(clinic=self.practice.clinic, code=code)
        prepare(patient, **plan)
        return patient

    def say(self, scope: str, *, given: bool) -> None:
        """The patient decides on another phone."""
        decide(
            patient=self.patient,
            id=uuid4(),
            scope=scope,
            given=given,
            text_version="1",
            language="en",
            decided_at=timezone.now(),
        )


@contextmanager
def surgery(practice: Practice, folder: Path, **settings: str) -> Iterator[Surgery]:
    with between("") as network:
        opened = Surgery(practice, network, folder, settings)
        opened.start()
        try:
            yield opened
        finally:
            opened.stop()


def prepare(patient: Patient, **plan: Any) -> None:
    """A plan of three tracks, and a first model."""
    SessionPlanFactory(patient=patient, **{"track_count": 3, "fade_in": 0, "fade_out": 0} | plan)
    # What was due before there was a plan is not: it has been there for some days.
    made = timezone.now() - timedelta(days=3)
    SessionPlan.objects.filter(patient=patient).update(created_at=made)
    adapt(patient)
    export(patient)


def give_sound(practice: Practice, *, tracks: int) -> None:
    """To the first tracks, each its own tone."""
    for number, track in enumerate(practice.tracks[:tracks]):
        track.audio.save(
            "sound.wav", ContentFile(tone(220.0 + 20.0 * number, PIECE_SECONDS, amplitude=0.25))
        )
        track.audio_sha256 = f"{track.id.int:064x}"
        track.duration_seconds = PIECE_SECONDS
        track.save()


def database_url() -> str:
    """Of the database that the tests use."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    before, _, options = os.environ["ATTUNE_DATABASE_URL"].partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{options}"
