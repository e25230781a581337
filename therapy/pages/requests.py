"""What every staff page knows of the request."""

from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from therapy.people.models import User
from therapy.people.visibility import Access


class StaffRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through and the doorkeeper gave its access."""

    user: User
    access: Access


def asked_for(request: HttpRequest, parameter: str) -> str:
    """What was typed into a search field; without null characters, which PostgreSQL refuses."""
    return request.GET.get(parameter, "").replace("\0", "").strip()


def day_of(typed: str) -> date | None:
    """A day as it was typed into a search field, 2026-03-31; None of nothing. Raises ValueError for
    what is no day, and for days of the first and the last year that there are: they have no
    neighbours."""
    if not typed:
        return None
    day = parse_date(typed)
    if day is None or day.year in {date.min.year, date.max.year}:
        raise ValueError(typed)
    return day
