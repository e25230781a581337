"""What a patient consents to, on their page: what stands, since when, who said so to which text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from therapy.people.models import Consent, Patient
from therapy.people.selectors import standing_words
from therapy.sessions.selectors import last_received_at

SCOPES = {
    Consent.Scope.CARE: "Care",
    Consent.Scope.POOLED_LEARNING: "Pooled learning",
    Consent.Scope.EXPERIMENTS: "Experiments",
    Consent.Scope.REMINDERS: "Reminders",
}
# What follows at once from a no.
EFFECTS = {
    Consent.Scope.CARE: "Since then the phone gets no plan and no model, nothing is adapted, and "
    "nothing that it sends is stored.",
    Consent.Scope.POOLED_LEARNING: "Since then every training leaves this patient out.",
    Consent.Scope.EXPERIMENTS: "Since then chance decides nothing in this patient’s sessions.",
    Consent.Scope.REMINDERS: "Since then no reminder is sent.",
}


@dataclass(frozen=True)
class ScopeLine:
    """One scope in words; `word` is None where nobody asked."""

    title: str
    word: Consent | None
    by: str = ""
    effect: str = ""
    needs_attention: bool = False


class ConsentPanel:
    """All four scopes, and after a no to care when the last report arrived."""

    title = "Consent"
    template_name = "therapy/people/consent_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        words = standing_words(patient)
        return {
            "lines": [_line(scope, words.get(scope)) for scope in Consent.Scope],
            "last_received_at": _last_before(patient, words.get(Consent.Scope.CARE)),
        }


def _line(scope: Consent.Scope, word: Consent | None) -> ScopeLine:
    if word is None:
        return ScopeLine(SCOPES[scope], None)
    if word.given:
        return ScopeLine(SCOPES[scope], word, _by(word))
    ended = scope == Consent.Scope.CARE
    return ScopeLine(SCOPES[scope], word, _by(word), EFFECTS[scope], needs_attention=ended)


def _by(word: Consent) -> str:
    if word.client_id is not None:
        return "by the patient, on the phone"
    if word.recorded_by is not None:
        return f"written down by {word.recorded_by}"
    return "written down by who runs this server"


def _last_before(patient: Patient, care: Consent | None) -> datetime | None:
    """When the last thing that is stored arrived; asked only where nothing may follow it."""
    return None if care is None or care.given else last_received_at(patient)
