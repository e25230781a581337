"""The three people that every test of access asks about, and the phones of their patients.

Alice owns Harbour Practice, Bob is a therapist there, and Charlie owns another clinic: a stranger
to them, who must be refused everywhere. Anna is Harbour's patient; Carl is Charlie's.
"""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.factories import (
    CatalogueFactory,
    ClinicFactory,
    DeviceFactory,
    MembershipFactory,
    PatientFactory,
    TrackFactory,
    TrackFeaturesFactory,
    UserFactory,
    token_of,
)
from therapy.models import Clinic, Device, Membership, Patient, Track, User


@dataclass
class Phone:
    """A patient's phone: every call carries its token, unless a test takes the token away."""

    device: Device
    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {token_of(self.device)}"}

    @property
    def patient(self) -> Patient:
        return self.device.patient

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{address}", headers=self._with(headers))

    def head(self, address: str, **headers: str) -> Any:
        return self.client.head(f"/api/v1/{address}", headers=self._with(headers))

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{address}",
            data=body,
            content_type="application/json",
            headers=self._with(headers),
        )

    def without_token(self) -> "Phone":
        self.headers = {}
        return self

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return self.headers | {name.replace("_", "-"): text for name, text in headers.items()}


@dataclass(frozen=True)
class People:
    """Who is there. `tracks` are Harbour's, `strange_track` is in Charlie's catalogue alone."""

    harbour: Clinic
    hill: Clinic
    alice: User
    bob: User
    charlie: User
    therapist: Membership
    annas_phone: Phone
    carls_phone: Phone
    tracks: tuple[Track, ...]
    strange_track: Track

    @property
    def anna(self) -> Patient:
        return self.annas_phone.patient

    @property
    def carl(self) -> Patient:
        return self.carls_phone.patient


def settle(*, tracks: int = 3) -> People:
    """Make everyone, with `tracks` tracks that Harbour's patients can hear."""
    ours, theirs = CatalogueFactory(slug="ours"), CatalogueFactory(slug="theirs")
    harbour = ClinicFactory(slug="harbour", name="Harbour Practice", catalogues=[ours])
    hill = ClinicFactory(slug="hill", name="Hill Practice", catalogues=[theirs])
    alice, bob, charlie = (
        UserFactory(email=f"{name.lower()}@example.org", name=name)
        for name in ("Alice", "Bob", "Charlie")
    )
    MembershipFactory(user=alice, clinic=harbour, role=Membership.Role.OWNER)
    therapist = MembershipFactory(user=bob, clinic=harbour, role=Membership.Role.THERAPIST)
    MembershipFactory(user=charlie, clinic=hill, role=Membership.Role.OWNER)
    anna = PatientFactory(clinic=harbour, code="ANNA", therapist=therapist)
    carl = PatientFactory(clinic=hill, code="CARL")
    heard = tuple(described_track(ours, tempo=60.0 + 10.0 * n) for n in range(tracks))
    return People(
        harbour=harbour,
        hill=hill,
        alice=alice,
        bob=bob,
        charlie=charlie,
        therapist=therapist,
        annas_phone=Phone(DeviceFactory(patient=anna, label="annas")),
        carls_phone=Phone(DeviceFactory(patient=carl, label="carls")),
        tracks=heard,
        strange_track=described_track(theirs),
    )


def described_track(
    catalogue: Any, *, tempo: float = 66.0, loudness: float = -23.0, **fields: Any
) -> Track:
    """A track with features under the clinics' schema."""
    track: Track = TrackFactory(catalogue=catalogue, **fields)
    TrackFeaturesFactory(track=track, values=[tempo, loudness, 1500.0])
    return track
