"""A clinic's year of listening, made up: moods drift back by themselves, and music adds so much.

So that there are outcomes to look at, and for their tests and benchmark. Nobody listened: it is
written past the services, in bulk.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from therapy.models import (
    Clinic,
    Consent,
    Device,
    ListeningSession,
    MeasureResponse,
    Membership,
    MoodRating,
    Patient,
    SessionPlan,
    Track,
    TrackRating,
)
from therapy.statistics.drift import PRIOR

TEMPLATES = ("sleep", "before-a-procedure", "")
AT_ONCE = 20_000


@dataclass(frozen=True)
class Year:
    """So many patients with so many sessions each, spread over the days before its end."""

    patients: int = 30
    sessions: int = 20
    days: int = 360
    end: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    effect: float = 0.0
    """On valence up, on arousal down, beyond the drift."""
    missing: float = 0.1
    """Share of sessions without a mood after."""
    seed: int = 1
    first: int = 0
    """Number of the first patient's code."""

    def fill(
        self, clinic: Clinic, therapists: Sequence[Membership], tracks: Sequence[Track] = ()
    ) -> None:
        """Patients of this clinic, in turn of these therapists; after each session they rate all
        of these tracks."""
        random = np.random.default_rng(self.seed)
        patients = Patient.objects.bulk_create(
            Patient(
                clinic=clinic,
                code=f"YEAR-{self.first + number:05}",
                origin=Patient.Origin.SIMULATED,
                therapist=therapists[number % len(therapists)] if therapists else None,
            )
            for number in range(self.patients)
        )
        Patient.objects.filter(id__in=[one.id for one in patients]).update(
            created_at=self.end - timedelta(days=self.days)
        )
        plans = SessionPlan.objects.bulk_create(
            SessionPlan(patient=one, version=1, template=TEMPLATES[number % len(TEMPLATES)])
            for number, one in enumerate(patients)
        )
        Consent.objects.bulk_create(
            Consent(patient=one, scope="care", given=True, text_version="1", language="en")
            for one in patients
        )
        Device.objects.bulk_create(
            Device(patient=one, token_sha256=f"{one.id.int:064x}") for one in patients
        )
        sittings = [sitting for plan in plans for sitting in self._sittings(plan, random)]
        _write(ListeningSession, (one.session for one in sittings))
        _write(MoodRating, (mood for one in sittings for mood in one.moods()))
        _write(TrackRating, self._track_ratings(sittings, tracks, random))
        _write(MeasureResponse, self._answers(patients, random))

    def _sittings(self, plan: SessionPlan, random: Any) -> Iterator["Sitting"]:
        own = {axis: random.normal(0, 0.12) for axis in PRIOR}
        days = np.sort(random.uniform(0, self.days, self.sessions))
        for day in days:
            before, after = {}, {}
            for axis, drift in PRIOR.items():
                usual = (drift.intercept + own[axis]) / (1 - drift.slope)
                away = -0.4 if axis == "valence" else 0.4
                before[axis] = usual + away + random.normal(0, 0.3)
                drifted = drift.intercept + own[axis] + drift.slope * before[axis]
                gain = self.effect if axis == "valence" else -self.effect
                after[axis] = drifted + gain + random.normal(0, drift.residual)
            started = self.end - timedelta(days=float(self.days - day))
            ended = started + timedelta(minutes=float(random.uniform(5, 25)))
            session = ListeningSession(
                patient=plan.patient,
                plan=plan,
                started_at=started,
                phone_started_at=started,
                ended_at=ended,
                phone_ended_at=ended,
                ending="completed" if random.random() < 0.8 else "stopped",
            )
            is_missing = random.random() < self.missing
            yield Sitting(session, before, None if is_missing else after)

    def _track_ratings(
        self, sittings: Sequence["Sitting"], tracks: Sequence[Track], random: Any
    ) -> Iterator[TrackRating]:
        for one in sittings:
            for track in tracks:
                yield TrackRating(
                    patient=one.session.patient,
                    session=one.session,
                    track=track,
                    liking=int(random.integers(1, 6)),
                    rated_at=one.session.started_at,
                    phone_rated_at=one.session.started_at,
                )

    def _answers(self, patients: list[Patient], random: Any) -> Iterator[MeasureResponse]:
        """The PHQ-9 at the beginning of each month."""
        for patient in patients:
            total = float(random.integers(8, 20))
            for month in range(self.days // 30):
                at = self.end - timedelta(days=self.days - 30 * month - 1)
                total = min(27.0, max(0.0, total + int(random.integers(-3, 3))))
                yield MeasureResponse(
                    patient=patient,
                    measure="phq9",
                    version=1,
                    language="en",
                    state="answered",
                    answers={},
                    scores={"total": {"value": total, "band": ""}},
                    answered_at=at,
                    phone_answered_at=at,
                )


@dataclass(frozen=True)
class Sitting:
    session: ListeningSession
    before: dict[str, float]
    after: dict[str, float] | None

    def moods(self) -> Iterator[MoodRating]:
        assert self.session.ended_at is not None
        yield self._mood("before", self.before, self.session.started_at)
        if self.after is not None:
            yield self._mood("after", self.after, self.session.ended_at)

    def _mood(self, phase: str, mood: dict[str, float], at: datetime) -> MoodRating:
        held = {axis: float(np.clip(value, -1, 1)) for axis, value in mood.items()}
        return MoodRating(
            patient=self.session.patient,
            session=self.session,
            phase=phase,
            rated_at=at,
            phone_rated_at=at,
            **held,
        )


def _write(model: Any, rows: Iterable[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=AT_ONCE)
