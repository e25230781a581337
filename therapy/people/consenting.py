"""Writing down what a patient decides on the phone."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from therapy.people.consent_texts import consent_text
from therapy.people.models import Consent, Patient
from therapy.people.selectors import standing_words
from therapy.people.services import record_consent
from therapy.records import ConflictError, Problems, differing, refuse

CONTENT = ("scope", "given", "text_version", "language", "decided_at")


class ConsentOvertaken(Exception):
    """The patient said no after they had said this yes, so the yes may not stand."""


@transaction.atomic
def decide(
    *,
    patient: Patient,
    id: uuid.UUID,
    scope: str,
    given: bool,
    text_version: str,
    language: str,
    decided_at: datetime,
) -> Consent:
    """The patient's word to the text of that scope, version and language, under the phone's own id.

    The same word again changes nothing. A no stands from when it arrives, however late; a yes that
    was said before the no that stands is refused, because a phone that was offline must not undo a
    withdrawal. Raises ValidationError by field, ConflictError for an id that is taken by other
    content, ConsentOvertaken.
    """
    said = Consent(
        patient=patient,
        client_id=id,
        scope=scope,
        given=given,
        text_version=text_version,
        language=language,
        decided_at=decided_at,
    )
    if (stored := _stored(said)) is not None:
        return stored
    refuse(_text_problems(said))
    if given:
        _refuse_if_overtaken(said)
    try:
        return record_consent(
            patient=patient,
            scope=scope,
            given=given,
            text_version=text_version,
            language=language,
            client_id=id,
            decided_at=decided_at,
        )
    except ValidationError:
        stored = _stored(said)  # another request stored the same word meanwhile
        if stored is None:
            raise
        return stored


def _stored(said: Consent) -> Consent | None:
    stored = Consent._base_manager.filter(client_id=said.client_id).first()
    if stored is None:
        return None
    if stored.patient_id != said.patient_id:
        raise ConflictError("This id is taken. Make a new random one (UUID version 4).")
    if differences := differing(stored, said, CONTENT):
        raise ConflictError("This id is taken by other content.", fields=differences)
    return stored


def _text_problems(said: Consent) -> Problems:
    known = consent_text(scope=said.scope, version=said.text_version, language=said.language)
    if known is not None:
        return {}
    return {
        "text_version": [
            f"There is no text '{said.text_version}' of {said.scope} in '{said.language}'. "
            "GET /api/v1/consents has the texts."
        ]
    }


def _refuse_if_overtaken(said: Consent) -> None:
    standing = standing_words(said.patient).get(said.scope)
    if standing is None or standing.given:
        return
    refused_at = standing.recorded_at
    if standing.decided_at is not None:  # a clock that is fast must not keep a later yes out
        refused_at = min(refused_at, standing.decided_at)
    if said.decided_at is not None and said.decided_at < refused_at:
        raise ConsentOvertaken
