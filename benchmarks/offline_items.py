"""What a phone gathers while it is offline, all of it valid."""

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Item = dict[str, Any]


def gathered(
    tracks: Sequence[str], count: int, fast_by: timedelta, chance: random.Random
) -> dict[str, Item]:
    """`count` valid items by their ids: sittings of ten, each with what belongs to it."""
    items: dict[str, Item] = {}
    sitting = 0
    while len(items) < count:
        start = datetime.now(UTC) - timedelta(days=sitting + 1) + fast_by
        session = _key(chance)
        for kind, fields in _sitting(session, start, tracks, chance):
            key = session if kind == "session" else _key(chance)
            if len(items) < count:
                items[key] = {"kind": kind, "id": key, **fields}
        sitting += 1
    return items


def _key(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _sitting(
    session: str, start: datetime, tracks: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, Item]]:
    def at(minutes: float) -> str:
        return (start + timedelta(minutes=minutes)).isoformat()

    of = {"session": session}
    heard = chance.sample(list(tracks), 2)
    yield "session", {"started_at": at(0), "ended_at": at(20), "ending": "completed"}
    for minute, phase in ((0, "before"), (9, "during"), (20, "after")):
        mood = {"valence": chance.uniform(-1, 1), "arousal": chance.uniform(-1, 1)}
        yield "mood-rating", {**of, **mood, "phase": phase, "rated_at": at(minute)}
    for position, track in enumerate(heard):
        then = 8.0 * position + 1
        yield "track-rating", {**of, "track": track, "liking": 4, "rated_at": at(then + 7)}
        yield (
            "track-play",
            {
                **of,
                "track": track,
                "position": position,
                "started_at": at(then),
                "seconds_heard": 120.5,
                "ending": "skipped",
            },
        )
    yield "playlist-log", {**of, **_playlist(heard), "made_at": at(0.5)}
    yield (
        "session-not-held",
        {"outcome": "expired", "offered_at": at(60), "decided_at": at(90)},
    )


def _playlist(tracks: Sequence[str]) -> Item:
    names = ("mood_valence", "mood_arousal", "target_valence", "target_arousal")
    pairs = {name: [0.1, -0.2] for name in ("waypoint", "predicted")} | {"deviation": [0.2, 0.2]}
    return {
        **dict.fromkeys(names, 0.25),
        "model_version": 1,
        "package_sha256": "9f" * 32,
        "seed": 7,
        "entries": [
            {"position": position, "track": track, "log_probability": -1.5, **pairs}
            for position, track in enumerate(tracks)
        ],
    }
