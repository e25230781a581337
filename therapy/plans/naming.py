"""The rows that a plan which staff send names by their ids: its tracks, who is responsible."""

import uuid
from collections.abc import Collection
from typing import Any

from therapy.catalogue.models import Track
from therapy.catalogue.selectors import tracks_of
from therapy.people.models import Clinic
from therapy.people.selectors import NOBODY, member_of
from therapy.records import Problems, refuse

TRACKS = ("always_tracks", "never_tracks")


def with_rows(clinic: Clinic, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the rows that their ids name. Raises ValidationError by field."""
    problems: Problems = {}
    wanted = {key for name in TRACKS for key in fields.get(name, ())}
    known = tracks_of(clinic).in_bulk(wanted) if wanted else {}
    for name in TRACKS:
        if name in fields:
            fields[name], problems[name] = _tracks(fields[name], known)
    if fields.get("therapist") is not None:
        fields["therapist"] = member_of(clinic=clinic, membership_id=fields["therapist"])
        if fields["therapist"] is None:
            problems["therapist"] = [NOBODY]
    refuse({name: texts for name, texts in problems.items() if texts})
    return fields


def _tracks(
    keys: Collection[uuid.UUID], known: dict[uuid.UUID, Track]
) -> tuple[list[Track], list[str]]:
    strange = sorted(str(key) for key in keys if key not in known)
    found = [known[key] for key in keys if key in known]
    return found, [f"In no catalogue of this clinic: {', '.join(strange)}."] if strange else []
