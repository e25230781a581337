"""Clinics, the staff who work there, patients, and the phones that speak for patients."""

from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, TextChoices
from django.db.models.functions import Lower

from therapy.access.acts import Role
from therapy.access.walls import OfPatients, WithinClinics
from therapy.append_only import AdditionsOfPatients, AppendOnly
from therapy.catalogue.models import Catalogue, FeatureSchema
from therapy.fields import Record, one_of

LANGUAGE_TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z"


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_time_zone(name: str) -> None:
    """Raises ValidationError for a name that the time zone database does not have."""
    if name not in _time_zones():
        raise ValidationError(f"'{name}' is no time zone. Use a name such as Europe/Berlin.")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of staff; without a password they cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff, who signs in with an email address. Patients are not users."""

    username = None  # type: ignore[assignment]  # Django's way to drop an inherited field
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="email_once_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Clinic(Record):
    """One practice. Its patients, plans and ratings are invisible to every other clinic."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    feature_schema = models.ForeignKey(
        FeatureSchema,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The schema that its tracks are described in and its models read.",
    )
    catalogues = models.ManyToManyField(Catalogue, related_name="clinics")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's role in a clinic."""

    Role = Role

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"],
                name="member_once_per_clinic",
                violation_error_message="This person works at the clinic already.",
            ),
            one_of("role", "therapist", "admin", "owner", constraint="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} at {self.clinic}"


class Patient(Record):
    """A person in care, known here by a pseudonymous code."""

    class Origin(TextChoices):
        CARE = "care"
        SIMULATED = "simulated"
        RESEARCH = "research"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    code = models.CharField(
        max_length=40,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9._-]+\Z", "Only letters, digits, '.', '_' and '-', and no name."
            )
        ],
    )
    therapist = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="patients"
    )
    origin = models.CharField(
        max_length=10,
        choices=Origin.choices,
        default=Origin.CARE,
        help_text="Shown with the patient: nobody should take a simulated listener for a person.",
    )
    time_zone = models.CharField(
        max_length=40,
        default="UTC",
        validators=[known_time_zone],
        help_text="Of the patient's wall clock, as the IANA database names it: Europe/Berlin.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    erasure = models.ForeignKey(
        "therapy.Erasure",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Set from when their erasure is asked for: nobody is let in any more.",
    )

    objects: ClassVar = WithinClinics["Patient"]()

    class Meta:
        ordering = ["clinic_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"],
                name="patient_code_once_per_clinic",
                violation_error_message="The clinic already has a patient with this code.",
            ),
            one_of("origin", "care", "simulated", "research", constraint="patient_origin_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Device(Record):
    """A patient's phone. Its token is shown once, when it is issued; only a hash is kept."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="devices")
    label = models.CharField(max_length=80, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar = OfPatients["Device"]()

    def __str__(self) -> str:
        return f"{self.label or 'phone'} of {self.patient}"

    # What DRF's permission classes ask of whoever made the request.
    is_authenticated = True


class Consent(AppendOnly):
    """What a patient agreed to, refused or took back. The newest row of a scope stands; none at all
    is no consent."""

    class Scope(TextChoices):
        CARE = "care"
        POOLED_LEARNING = "pooled-learning"
        EXPERIMENTS = "experiments"
        REMINDERS = "reminders"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    given = models.BooleanField(help_text="False: refused, or taken back.")
    text_version = models.CharField(max_length=40, help_text="Of the text that the patient read.")
    language = models.CharField(
        max_length=35,
        validators=[RegexValidator(LANGUAGE_TAG, "Must be a tag such as 'de' or 'pt-BR'.")],
        help_text="Of that text, as a BCP 47 tag.",
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    client_id = models.UUIDField(
        null=True, unique=True, help_text="The phone's own, where the patient decided on the phone."
    )
    decided_at = models.DateTimeField(null=True, help_text="By the phone's clock.")

    objects: ClassVar = AdditionsOfPatients["Consent"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "scope", "-id"])]
        constraints = [
            one_of(
                "scope",
                *("care", "pooled-learning", "experiments", "reminders"),
                constraint="consent_scope_known",
            ),
            models.CheckConstraint(
                condition=~Q(text_version=""), name="consent_names_the_text_that_was_read"
            ),
        ]

    def __str__(self) -> str:
        answer = "given" if self.given else "withdrawn"
        return f"{self.patient}: {self.scope} {answer}"
