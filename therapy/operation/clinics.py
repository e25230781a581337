"""Clinics: opening one, its catalogues, and inviting its first owner."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminEmailInputWidget

from therapy.accounts.mail import NotSent, send_invitation
from therapy.catalogue.models import Catalogue, FeatureSchema
from therapy.operation.reading import ReadOnly
from therapy.people.invitation_models import Invitation
from therapy.people.invitations import invite_owner, revoke_invitation
from therapy.people.models import Clinic
from therapy.people.services import create_clinic


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be said at run time
    """A clinic, and whom to invite as an owner of it."""

    owner = forms.EmailField(
        label="Invite as an owner",
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text="Gets an email with a link. Owners invite everyone else.",
    )

    class Meta:
        model = Clinic
        fields = ("slug", "name", "feature_schema", "catalogues")


class ClinicAdmin(ModelAdmin):  # type: ignore[misc]  # has no types
    """Its name and catalogues can be changed; its slug and schema are what others hold on to."""

    form = ClinicForm
    list_display = ("name", "slug", "feature_schema", "staff", "patients_number", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clinic]:
        counted = {
            "staff_count": Count("memberships", distinct=True),
            "patient_count": Count("patients", distinct=True),
        }
        return Clinic.objects.select_related("feature_schema").annotate(**counted)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("slug", "feature_schema")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        if change:
            return super().save_form(request, form, change)
        named = {name: value for name, value in form.cleaned_data.items() if name != "owner"}
        return create_clinic(**named)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        if change:
            super().save_related(request, form, formsets, change)
        clinic = form.instance if change else Clinic.objects.get(slug=form.cleaned_data["slug"])
        if email := form.cleaned_data.get("owner"):
            _invite(request, clinic, email)

    def staff(self, clinic: Any) -> int:
        return int(clinic.staff_count)

    def patients_number(self, clinic: Any) -> int:
        return int(clinic.patient_count)

    patients_number.short_description = "patients"  # type: ignore[attr-defined]


class InvitationAdmin(ReadOnly):
    """Who was invited, and whether they came."""

    list_display = ("email", "clinic", "role", "invited_by", "created_at", "state")
    list_filter = ("role", "clinic")
    search_fields = ("email",)
    fields = ("email", "clinic", "role", "invited_by", "created_at", "expires_at", "state")


class CatalogueAdmin(ReadOnly):
    """Music that clinics hear; tracks come by `manage.py ingest` and `add_catalogue`."""

    list_display = ("slug", "tracks_number", "clinics_hearing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Catalogue]:
        return Catalogue.objects.annotate(
            track_count=Count("tracks", distinct=True), clinic_count=Count("clinics", distinct=True)
        )

    def tracks_number(self, catalogue: Any) -> int:
        return int(catalogue.track_count)

    def clinics_hearing(self, catalogue: Any) -> int:
        return int(catalogue.clinic_count)


class FeatureSchemaAdmin(ReadOnly):
    """What tracks are described by."""

    list_display = ("name", "version")


def _invite(request: Any, clinic: Clinic, email: str) -> None:
    invitation: Invitation
    invitation, token = invite_owner(clinic=clinic, email=email, by=request.user)
    try:
        send_invitation(request, invitation, token)
    except NotSent:
        revoke_invitation(invitation=invitation)
        messages.error(request, "The email could not be sent, so nobody is invited. Try again.")
    else:
        messages.success(request, f"{invitation.email} is invited to own {clinic}.")


REGISTERED = {
    Clinic: ClinicAdmin,
    Invitation: InvitationAdmin,
    Catalogue: CatalogueAdmin,
    FeatureSchema: FeatureSchemaAdmin,
}
