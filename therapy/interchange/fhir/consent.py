"""Every word of the patient on what they agree to."""

import uuid
from collections.abc import Iterator
from urllib.parse import quote
from zoneinfo import ZoneInfo

from therapy.interchange.fhir.naming import (
    LOINC,
    TERMINOLOGY,
    Resource,
    address,
    local_concept,
    on_the_clock,
    reference,
)
from therapy.people.models import Consent, Patient

SCOPES = {
    "care": ("treatment", "Treatment"),
    "pooled-learning": ("research", "Research"),
    "experiments": ("research", "Research"),
    "reminders": ("patient-privacy", "Privacy Consent"),
}


def consent_resources(patient: Patient, zone: ZoneInfo) -> Iterator[Resource]:
    """The newest of a scope stands; the others are `inactive`.

    A no that stands is `rejected` as well as a provision that denies, so that a system which looks
    at one of the two alone does not take it for a yes.
    """
    words = Consent.objects.filter(patient=patient).order_by("id")
    standing = {word.scope: word.pk for word in words}
    for word in words:
        if standing[word.scope] != word.pk:
            status = "inactive"
        else:
            status = "active" if word.given else "rejected"
        yield _resource(word, status, zone)


def _resource(word: Consent, status: str, zone: ZoneInfo) -> Resource:
    scope, display = SCOPES[word.scope]
    text = quote(f"{word.scope}-{word.text_version}.{word.language}", safe="")
    patient = reference("Patient", word.patient_id)
    coding = {"system": f"{TERMINOLOGY}/consentscope", "code": scope, "display": display}
    return {
        "resourceType": "Consent",
        "id": str(uuid.uuid5(word.patient_id, f"consent {word.pk}")),  # rows have numbers for keys
        "status": status,
        "scope": {"coding": [coding]},
        "category": [
            {"coding": [{"system": LOINC, "code": "59284-0"}]},  # consent document
            local_concept(f"consent-{word.scope}", Consent.Scope(word.scope).label),
        ],
        "patient": patient,
        "dateTime": on_the_clock(word.recorded_at, zone),
        "performer": [patient],
        "policy": [{"uri": address("consent-texts", text)}],
        "provision": {"type": "permit" if word.given else "deny"},
    }
