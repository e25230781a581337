"""Accounts: closing one, and helping someone who is shut out."""

from typing import Any

from axes.utils import reset
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from therapy.accounts.second_factor import remove_second_factors, with_second_factor
from therapy.operation.reading import ReadOnly
from therapy.people.models import Membership, User


class UserAdmin(ModelAdmin):  # type: ignore[misc]  # has no types
    """Accounts come by invitation and are never deleted: what they wrote names them."""

    list_display = ("email", "name", "is_active", "is_superuser", "works_in", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "second_factor", "last_login", "date_joined")
    readonly_fields = ("email", "name", "second_factor", "last_login", "date_joined")
    actions = ("take_away_second_factors", "let_in_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.annotate(clinic_count=Count("memberships"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody closes their own account, and then finds the door shut."""
        own = obj is not None and obj.pk == request.user.pk
        return (*self.readonly_fields, "is_active") if own else self.readonly_fields

    def works_in(self, user: Any) -> str:
        return f"{user.clinic_count} clinic{'' if user.clinic_count == 1 else 's'}"

    def second_factor(self, user: User) -> str:
        return "set up" if with_second_factor([user.pk]) else "none yet"

    @admin.action(description="Take away second factors, and sign out everywhere")
    def take_away_second_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Be sure first that it is they who ask."""
        others = [user for user in users if user.pk != request.user.pk]
        for user in others:
            remove_second_factors(user)
        _told(request, others, "will set up a new second factor after the next sign-in")

    @admin.action(description="Let in again who is locked out after failed tries")
    def let_in_again(self, request: HttpRequest, users: QuerySet[User]) -> None:
        found = list(users)
        for user in found:
            reset(username=user.email)
        _told(request, found, "may try again")


class MembershipAdmin(ReadOnly):
    """Who works where. Roles are changed on the clinic's own staff page."""

    list_display = ("user", "clinic", "role")
    list_filter = ("role", "clinic")
    search_fields = ("user__email", "user__name")


def _told(request: HttpRequest, users: list[User], what: str) -> None:
    if users:
        named = ", ".join(user.email for user in users)
        messages.success(request, f"{named} {what}.")
    else:
        messages.warning(request, "Nobody else was chosen: nothing was changed.")


REGISTERED = {User: UserAdmin, Membership: MembershipAdmin}
