"""A clinic's own patients as listeners to train on: those, and only those, who consent to it."""

import logging
from collections.abc import Sequence

from adaptation.basetraining import Listeners, NotEnough
from adaptation.learning.support import Support
from adaptation.schemas import SCHEMAS
from adaptation.services import Member
from adaptation.supports import Unreadable, supports_of
from therapy.models import Clinic, Consent, Patient
from therapy.people.selectors import standing_consents

log = logging.getLogger(__name__)

FEWEST_PATIENTS = 8
FEWEST_RATINGS = 12  # rated tracks each: ten to adapt to, and some to answer
ORIGINS = [Patient.Origin.CARE.value, Patient.Origin.SIMULATED.value]


class CannotPool(Exception):
    """The clinic's ratings cannot be trained on as asked; the text says why and what to do."""


def clinic_listeners(*, clinic: Clinic, origin: str | None = None) -> Listeners:
    """The clinic's patients who consent to pooled learning now, with FEWEST_RATINGS or more.

    They are all people in care or all simulated, never both: where both consent, `origin` (one of
    ORIGINS) says which are meant. Raises CannotPool where it does not, and for a feature schema
    that this version does not know; NotEnough for fewer than FEWEST_PATIENTS.
    """
    schema = SCHEMAS.get(str(clinic.feature_schema))
    if schema is None:
        raise CannotPool(
            f"This version cannot train under {clinic}'s schema {clinic.feature_schema}."
        )
    consents = _of_one_origin(_consents(clinic), origin)
    trained = _with_enough_ratings(clinic, consents)
    if len(trained) < FEWEST_PATIENTS:
        raise NotEnough(
            f"A base of its own needs {FEWEST_PATIENTS} patients who consent to pooled learning "
            f"and have rated {FEWEST_RATINGS} tracks or more; {clinic} has {len(trained)}. Of its "
            f"{clinic.patients.count()} patients {len(consents)} consent."
        )
    simulated = consents[0].patient.origin == Patient.Origin.SIMULATED
    who = "simulated patients" if simulated else "patients"
    return Listeners(
        histories=[support for _, support in trained],
        schema=schema,
        described=f"{len(trained)} {who} of {clinic} who consented to pooled learning",
        simulated=simulated,
        members=[
            Member(consent.patient_id, consent.id, len(support)) for consent, support in trained
        ],
    )


def _consents(clinic: Clinic) -> list[Consent]:
    """The consents that stand, by the patients' codes; research data keeps to its own clinic."""
    return list(
        standing_consents(Consent.Scope.POOLED_LEARNING)
        .filter(given=True, patient__clinic=clinic, patient__origin__in=ORIGINS)
        .select_related("patient")
        .order_by("patient__code")
    )


def _of_one_origin(consents: Sequence[Consent], origin: str | None) -> list[Consent]:
    count = {one: sum(consent.patient.origin == one for consent in consents) for one in ORIGINS}
    if origin is None and all(count.values()):
        raise CannotPool(
            f"{count['care']} patients in care and {count['simulated']} simulated ones consent to "
            "pooled learning. One base is never trained on both: say --origin care or "
            "--origin simulated."
        )
    return [consent for consent in consents if origin in (None, consent.patient.origin)]


def _with_enough_ratings(
    clinic: Clinic, consents: Sequence[Consent]
) -> list[tuple[Consent, Support]]:
    read = supports_of([consent.patient_id for consent in consents], clinic.feature_schema)
    enough = []
    for consent in consents:
        support = read[consent.patient_id]
        if isinstance(support, Unreadable):
            log.warning("Patient %s is left out: %s", consent.patient_id, support)
        elif len(support) >= FEWEST_RATINGS:
            enough.append((consent, support))
    return enough
