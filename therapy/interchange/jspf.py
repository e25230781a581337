"""A playlist as JSPF, XSPF in JSON (xspf.org/jspf): what was made, and why each track is in it."""

import json
import math
from typing import Any
from zoneinfo import ZoneInfo

from therapy.interchange.fhir.naming import address, on_the_clock
from therapy.sessions.models import PlaylistEntry, PlaylistLog

MEDIA_TYPE = "application/json"  # JSPF registered none of its own


def playlist_jspf(log: PlaylistLog) -> dict[str, Any]:
    """The playlist with its tracks in playing order. Affects are −1..1, probabilities 0..1.

    Read with its patient and clinic at hand, and with entries and tracks.
    """
    made_at = on_the_clock(log.made_at, ZoneInfo(log.patient.time_zone))
    extension = {
        "patient": log.patient.code,
        "simulated": log.patient.origin == log.patient.Origin.SIMULATED,
        "session": str(log.session_id) if log.session_id else None,
        "mood": _affect(log, "mood"),
        "target": _affect(log, "target"),
        "model_version": log.model_version,
        "package_sha256": log.package_sha256,
        "chosen_first": log.chosen_first,
        "seed": str(log.seed),  # 64 bits: more than a number of JavaScript holds
    }
    return {
        "playlist": {
            "title": f"{log.patient.code}, {made_at[:16].replace('T', ' ')}",
            "creator": "Attune",
            "identifier": f"urn:uuid:{log.id}",
            "date": made_at,
            "extension": {extension_address(): [extension]},
            "track": [
                _track(entry, chosen=log.chosen_first and entry.position == 0)
                for entry in log.entries.all()
            ],
        }
    }


def extension_address() -> str:
    """The key under which other programs find what JSPF has no field for."""
    return address("jspf", "playlist-1")


def dumped(jspf: dict[str, Any]) -> str:
    return json.dumps(jspf, ensure_ascii=False, indent=1) + "\n"


def _track(entry: PlaylistEntry, *, chosen: bool) -> dict[str, Any]:
    """Without the place of the audio, which belongs to whoever licensed it. `chosen`: by the
    patient, and not drawn."""
    track = entry.track
    made: dict[str, Any] = {"identifier": [f"urn:uuid:{track.id}"], "title": track.title}
    if track.artist:
        made["creator"] = track.artist
    if track.duration_seconds is not None:
        made["duration"] = round(track.duration_seconds * 1000)  # ms
    return made | {
        "trackNum": entry.position + 1,
        "extension": {
            extension_address(): [
                {
                    "waypoint": _affect(entry, "waypoint"),
                    "predicted": _affect(entry, "predicted"),
                    "deviation": _affect(entry, "deviation"),
                    "probability": math.exp(entry.log_probability),
                    "log_probability": entry.log_probability,
                    "reason": _reason(entry, chosen=chosen),
                }
            ]
        },
    }


def _reason(entry: PlaylistEntry, *, chosen: bool) -> str:
    """What the log tells of the choice; which term of the utility weighed most is not in it."""
    probability = f"{math.exp(entry.log_probability):.2g}"
    how = (
        f"The patient chose it among equivalent ones; it would have been drawn with probability "
        f"{probability}."
        if chosen
        else f"It was chosen with probability {probability}."
    )
    return (
        f"The path wanted valence {entry.waypoint_valence:+.2f}, arousal "
        f"{entry.waypoint_arousal:+.2f} here. After this track the model expected "
        f"{entry.predicted_valence:+.2f} ± {entry.deviation_valence:.2f} and "
        f"{entry.predicted_arousal:+.2f} ± {entry.deviation_arousal:.2f}. {how}"
    )


def _affect(row: Any, name: str) -> dict[str, float]:
    return {axis: getattr(row, f"{name}_{axis}") for axis in ("valence", "arousal")}
