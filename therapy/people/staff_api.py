"""GET /api/v1/clinics: where a member of staff works, and what they may do there."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from therapy.access.acts import ALLOWED, Act, Role
from therapy.access.doors import StaffApi
from therapy.api.staff import StaffList
from therapy.api.staff_schema import listed
from therapy.people.models import Membership


class ClinicBody(serializers.Serializer[Membership]):
    slug = serializers.CharField(source="clinic.slug", help_text="As addresses name it.")
    name = serializers.CharField(source="clinic.name")
    role = serializers.ChoiceField(Role.choices, help_text="Of this user.")
    may = serializers.SerializerMethodField(help_text="What the role allows (docs/access.md).")
    membership = serializers.IntegerField(
        source="id", help_text="By which a patient or a plan names this user as the therapist."
    )

    def get_may(self, member: Membership) -> list[str]:
        return [act.key for act in Act if member.role in ALLOWED[act]]


@listed(
    "listClinics",
    "My clinics",
    "Where whoever is signed in works, in what role.",
    ClinicBody,
    tag="clinics",
    refused=(400,),
)
class Clinics(StaffList):
    door = StaffApi()
    model = Membership
    serializer_class = ClinicBody
    orders: ClassVar = {"slug": "clinic__slug"}

    def rows(self) -> QuerySet[Any]:
        return Membership.objects.filter(user=self.user).select_related("clinic")
