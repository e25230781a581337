"""The clinic of the demonstration: staff, simulated patients and their plans."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from therapy.catalogue.selectors import catalogue_of, schema_of
from therapy.demonstration.year import Year
from therapy.models import Clinic, Membership, Patient, User
from therapy.people.services import (
    add_member,
    create_clinic,
    create_patient,
    create_staff,
    issue_device_token,
)
from therapy.plans.services import PlanFields, prescribe

SLUG = "demo"
YEAR_SLUG = "made-up-year"
YEAR = Year(patients=60, sessions=40, effect=0.1)
OPERATOR = "operator"
PLANS: dict[str, PlanFields] = {
    "SIM-1": {"target_valence": 0.5, "target_arousal": -0.5},
    "SIM-2": {"target_valence": 0.4, "target_arousal": -0.6, "excluded_tags": ["percussion"]},
    "SIM-3": {"target_valence": 0.5, "target_arousal": -0.3, "curve": "plateau"},
    "SIM-4": {"target_valence": 0.3, "target_arousal": -0.7, "tempo_max": 100.0},
}


@dataclass(frozen=True)
class Login:
    email: str
    role: str
    password: str


def logins() -> list[Login]:
    """Who can sign in. The passwords are made here once and kept beside the database."""
    path = Path(settings.VAR) / "demo_logins.json"
    if not path.exists():
        made = [
            {"email": f"{who}@demo.example", "role": who, "password": secrets.token_urlsafe(12)}
            for who in (*Membership.Role.values, OPERATOR)
        ]
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    return [Login(**entry) for entry in json.loads(path.read_text())]


@transaction.atomic
def open_clinic(*, schema: str, catalogue: str) -> list[Patient]:
    """The clinic with its staff, patients and plans, made on the first call."""
    clinic = Clinic.objects.filter(slug=SLUG).first()
    if clinic is None:
        clinic = create_clinic(
            slug=SLUG,
            name="Demonstration clinic",
            feature_schema=schema_of(label=schema),
            catalogues=[catalogue_of(slug=catalogue)],
        )
        for login in logins():
            _let_in(clinic, login)
        _admit(clinic)
    return list(Patient.objects.filter(clinic=clinic, code__in=PLANS).order_by("code"))


@transaction.atomic
def open_year(*, schema: str) -> Clinic:
    """A clinic with a made-up year of listening, for those who answer for outcomes; made on the
    first call."""
    clinic = Clinic.objects.filter(slug=YEAR_SLUG).first()
    if clinic is None:
        clinic = create_clinic(
            slug=YEAR_SLUG,
            name="A made-up year",
            feature_schema=schema_of(label=schema),
            catalogues=[],
        )
        for role in (Membership.Role.ADMIN, Membership.Role.OWNER):
            user = User.objects.get(email=f"{role}@demo.example")
            add_member(user=user, clinic=clinic, role=role)
        YEAR.fill(clinic, [])
    return clinic


def phone_token(patient: Patient) -> str:
    """A new token for the patient's simulated phone."""
    _, token = issue_device_token(patient=patient, label="simulated phone")
    return token


def _let_in(clinic: Clinic, login: Login) -> None:
    name = f"Demo {login.role}"
    if login.role == OPERATOR:
        User.objects.create_superuser(login.email, login.password, name=name)
        return
    create_staff(
        clinic=clinic, email=login.email, role=login.role, name=name, password=login.password
    )


def _admit(clinic: Clinic) -> None:
    therapist = Membership.objects.get(clinic=clinic, role=Membership.Role.THERAPIST)
    user: User = therapist.user
    for code, plan in PLANS.items():
        patient = create_patient(
            clinic=clinic, code=code, therapist=therapist, origin=Patient.Origin.SIMULATED
        )
        prescribe(patient=patient, by=user, **plan)
