"""What every staff page knows of the request."""

from django.http import HttpRequest

from therapy.people.models import User


class StaffRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through."""

    user: User


def asked_for(request: HttpRequest, parameter: str) -> str:
    """What was typed into a search field; without null characters, which PostgreSQL refuses."""
    return request.GET.get(parameter, "").replace("\0", "").strip()
