"""Models that phones refused, in words for the patient's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from therapy.models import ModelRefusal, Patient
from therapy.sessions.selectors import RefusedModel, refused_models

Reason = ModelRefusal.Reason

BECAUSE: Final[Mapping[str, str]] = {
    Reason.MALFORMED: "it could not be read as a signed model",
    Reason.UNKNOWN_KEY: "it was signed with a key that the phone does not trust",
    Reason.RETIRED_KEY: "it was signed with a key whose time is over",
    Reason.WRONG_PURPOSE: "what was signed was not a model",
    Reason.WRONG_SIGNATURE: "its signature was wrong: it was changed on the way, or is a forgery",
    Reason.OTHER_PATIENT: "it was another patient’s",
    Reason.OLD_VERSION: "it was not newer than the one in use",
    Reason.EXPIRED: "it was past its time, by the phone’s clock",
    Reason.OTHER_BASE: "the base that came with it belongs to another model",
    Reason.OTHER_KIND: "the base that came with it is for another kind of phone",
    Reason.WRONG_SIZE: "the base that came with it had another size than was signed",
    Reason.WRONG_CONTENT: "the base that came with it was changed or damaged on the way",
    Reason.UNKNOWN_FORMAT: "it was made for a newer app",
}


@dataclass(frozen=True)
class RefusalInWords:
    """What one phone refused for one reason, and when it last said so."""

    what: str
    stays: str
    times: int
    last: datetime


def refusals_in_words(patient: Patient, most: int) -> list[RefusalInWords]:
    """Those of late first, at most so many. One query."""
    return [
        RefusalInWords(_what(found), _stays(found), found.times, found.last)
        for found in refused_models(patient, most)
    ]


def _what(found: RefusedModel) -> str:
    phone = f"“{found.phone}”" if found.phone else "A phone"
    model = "a model" if found.version is None else f"version {found.version}"
    return f"{phone} refused {model}: {BECAUSE[found.reason]}"


def _stays(found: RefusedModel) -> str:
    if found.in_use is None:
        return "It had no model before, so it has none."
    return f"Version {found.in_use} stayed in use."
