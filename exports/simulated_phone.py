"""A phone with a simulated listener behind it, talking to a server as any phone does.

For demonstrations and load tests. Everything goes through the phone API: catalogue, plan and
package come from there, sittings and ratings go there. The listener is made up
(adaptation/learning/simulation.py).
"""

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from numpy.typing import NDArray

from adaptation.learning import simulation
from adaptation.schemas import SCHEMAS
from exports.phone import Candidates, Choice, Package, Request, recency
from exports.phone_server import Refused, Server
from exports.signing.accepting import Checker
from exports.signing.keys import public_key
from exports.signing.payloads import PatientRecord, sha256_of

SECONDS_BETWEEN = 20  # from the end of a track to the rating of it
ASSUMED_SECONDS = 180.0  # of a track whose duration nobody knows


@dataclass(frozen=True)
class Sitting:
    """What one sitting came to."""

    tracks: int
    by_model: int | None  # version of the record that chose, or None: nothing to choose with yet


class SimulatedPhone:
    """One simulated listener's phone. The seed is the listener; what happens in a sitting follows
    from the seed and the sitting's time."""

    def __init__(self, server: Server, *, seed: int) -> None:
        self.server = server
        self.seed = seed
        self.chance = np.random.default_rng(seed)
        me = server.get("me").json()
        if me["origin"] != "simulated":
            raise Refused(
                f"Patient {me['patient_code']} is not a simulated one, and made-up ratings go only "
                "where they are shown as such: `manage.py create_patient --simulated`."
            )
        self.unsent: list[dict[str, Any]] = []
        self.bundle = b""
        self.record: PatientRecord
        self.message: bytes
        self.checker = Checker(UUID(me["patient_id"]).bytes, {})
        catalogue = server.get("catalogue").json()
        self.tracks: list[dict[str, Any]] = catalogue["tracks"]
        self.features = np.array([track["values"] for track in self.tracks], np.float32)
        self.plan: dict[str, Any] = server.get("plan").json()
        schema = SCHEMAS[f"{catalogue['schema']['name']}-{catalogue['schema']['version']}"]
        self.listener = simulation.imagine_listener(schema, np.random.default_rng(seed))
        self.heard_as = simulation.standardised_by(schema, self.features, self.features)
        self.last_heard = np.full(len(self.tracks), -np.inf)  # seconds since the epoch

    def sit(self, at: datetime, *, tracks: int | None = None) -> Sitting:
        """One sitting that began at `at`: mood, tracks each with a rating and a mood, the end."""
        self.chance = np.random.default_rng((self.seed, int(at.timestamp())))
        mood = simulation.any_mood(self.chance)
        session, now = uuid4(), at
        self._rate_mood(session, "before", mood, now)
        chosen, version = self._choose(mood, now, tracks or self.plan["track_count"], session)
        for place, row in enumerate(chosen):
            track = self.tracks[row]
            seconds = track["duration"] or ASSUMED_SECONDS
            self._report(
                "track-play",
                session=str(session),
                track=track["id"],
                position=place,
                started_at=now.isoformat(),
                seconds_heard=seconds,
                ending="finished",
            )
            now += timedelta(seconds=seconds + SECONDS_BETWEEN)
            liking, mood = simulation.rate(self.listener, self.heard_as[row], mood, self.chance)
            self._rate_track(session, track["id"], liking, now)
            now += timedelta(seconds=1)
            self._rate_mood(session, "during" if place < len(chosen) - 1 else "after", mood, now)
            self.last_heard[row] = now.timestamp()
        self._report(
            "session",
            id=str(session),
            plan=self.plan["id"],
            started_at=at.isoformat(),
            ended_at=now.isoformat(),
            ending="completed",
        )
        self.server.sync(self.unsent)
        self.unsent = []
        return Sitting(len(chosen), version)

    def _choose(
        self, mood: NDArray[np.float64], at: datetime, count: int, session: UUID
    ) -> tuple[list[int], int | None]:
        """Rows of the tracks to play: by the model, or any that are allowed while there is none."""
        excluded = set(self.plan["excluded_track_ids"])
        allowed = np.array([track["id"] not in excluded for track in self.tracks])
        if not self._fetch_model(at):
            rows = self.chance.permutation(np.flatnonzero(allowed))[:count]
            return [int(row) for row in rows], None
        package = Package(self.bundle, self.record.numbers)
        days = (at.timestamp() - self.last_heard) / 86400
        candidates = Candidates(
            package.described(self.features, [track["key"] for track in self.tracks]),
            allowed,
            recency(np.maximum(days, 0.0)),
            np.zeros(len(self.tracks), np.float32),
        )
        request = Request(
            mood=(float(mood[0]), float(mood[1])),
            target=(self.plan["target_valence"], self.plan["target_arousal"]),
            curve=self.plan["curve_weights"][:count],
            guards=self.plan,
            seed=int(self.chance.integers(2**31)),
        )
        choices = package.playlist(candidates, request)
        self._log_playlist(session, request, choices, at)
        return [choice.row for choice in choices], self.record.version

    def _fetch_model(self, at: datetime) -> bool:
        """Ask for the model as a phone does: all checks made, and the base only when it is new.
        False while there is none. Raises BadMessage for one that must not be used."""
        answer = self.server.get("model", platform="web", have=sha256_of(self.bundle).hex())
        if answer.status_code == requests.codes.not_found:
            return False
        told = answer.json()
        message = base64.b64decode(told["record"])
        self.checker = replace(self.checker, keys=_keys(self.server))
        record = self.checker.record(message, int(at.timestamp()))
        base, bundle = told["base"], self.bundle
        if base["url"] is not None:
            bundle = self.server.get_address(base["url"]).content
        self.checker.bundle(bundle, base64.b64decode(base["statement"]), record)
        self.bundle = bundle
        self.record, self.message = record, message
        self.checker = replace(self.checker, last=message)
        return True

    def _rate_mood(
        self, session: UUID, phase: str, mood: NDArray[np.float64], at: datetime
    ) -> None:
        self._report(
            "mood-rating",
            session=str(session),
            phase=phase,
            valence=round(float(mood[0]), 3),
            arousal=round(float(mood[1]), 3),
            rated_at=at.isoformat(),
        )

    def _rate_track(self, session: UUID, track: str, liking: int, at: datetime) -> None:
        self._report(
            "track-rating",
            session=str(session),
            track=track,
            liking=liking,
            rated_at=at.isoformat(),
        )

    def _log_playlist(
        self,
        session: UUID,
        request: Request,
        choices: list[Choice],
        at: datetime,
    ) -> None:
        self._report(
            "playlist-log",
            session=str(session),
            model_version=self.record.version,
            package_sha256=sha256_of(self.message).hex(),
            seed=request.seed,
            mood_valence=request.mood[0],
            mood_arousal=request.mood[1],
            target_valence=request.target[0],
            target_arousal=request.target[1],
            made_at=at.isoformat(),
            entries=[
                {
                    "position": position,
                    "track": self.tracks[choice.row]["id"],
                    "waypoint": choice.waypoint,
                    "predicted": choice.predicted,
                    "deviation": choice.deviation,
                    "log_probability": choice.log_probability,
                }
                for position, choice in enumerate(choices)
            ],
        )

    def _report(self, kind: str, **body: Any) -> None:
        """Keep it until the sitting is over."""
        self.unsent.append({"kind": kind, "id": str(uuid4()), **body})


def _keys(server: Server) -> dict[bytes, Ed25519PublicKey]:
    return {
        bytes.fromhex(key["kid"]): public_key(base64.b64decode(key["public_key"]))
        for key in server.get("keys").json()["keys"]
    }


def last_days(count: int) -> list[datetime]:
    """A time a day for `count` days, oldest first, the last one two hours ago: time
    to listen to the longest playlist before now."""
    newest = datetime.now(UTC) - timedelta(hours=2)
    return [newest - timedelta(days=days) for days in reversed(range(count))]
