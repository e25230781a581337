"""What every staff page knows of the request."""

from django.http import HttpRequest

from therapy.people.models import User
from therapy.people.visibility import Access


class StaffRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through and the doorkeeper gave its access."""

    user: User
    access: Access


def asked_for(request: HttpRequest, parameter: str) -> str:
    """What was typed into a search field; without null characters, which PostgreSQL refuses."""
    return request.GET.get(parameter, "").replace("\0", "").strip()
