"""The audit of a clinic, for its owners: who wrote what, and who read whose record."""

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.audit.reads import WINDOW_SECONDS
from therapy.pages import audit_listing as listing
from therapy.pages.audit_words import line_of
from therapy.pages.requests import StaffRequest, asked_for, day_of

ENTRIES_A_PAGE = 50


@for_staff(Act.READ_AUDIT)
@require_safe
@never_cache
def audit_home(request: StaffRequest) -> HttpResponseRedirect:
    """The first clinic that the user owns. Raises Http404 where there is none."""
    owned = request.access.clinics().order_by("name").first()
    if owned is None:
        raise Http404("You own no clinic.")
    return redirect("audit", owned.slug)


@for_staff(Act.READ_AUDIT)
@require_safe
@never_cache
def audit(request: StaffRequest, slug: str) -> HttpResponse:
    """What was written and read at the clinic, newest first, a page at a time."""
    owned = request.access.clinics().order_by("name")
    clinic = get_object_or_404(owned, slug=slug)
    people = list(listing.people_in(clinic))
    wanted, problems = _wanted(request, {person.pk for person in people})
    found = listing.entries_found(clinic, wanted)
    page = Paginator(found, ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    entries = listing.loaded(list(page.object_list))
    codes = listing.codes_of(entries)
    return render(
        request,
        "therapy/people/audit.html",
        {
            "clinic": clinic,
            "others": owned.exclude(id=clinic.id),
            "people": people,
            "kinds": listing.Kind.choices,
            "wanted": wanted,
            "narrowed": wanted != listing.Wanted(),
            "typed": {name: asked_for(request, name) for name in ("from", "to")},
            "problems": problems,
            "page": page,
            "lines": [line_of(entry, codes) for entry in entries],
            "window_minutes": WINDOW_SECONDS // 60,
        },
        status=400 if problems else 200,
    )


def _wanted(request: StaffRequest, people: set[int]) -> tuple[listing.Wanted, dict[str, str]]:
    """What was asked for, and what of it is no day; any other word means all."""
    person, kind = asked_for(request, "person"), asked_for(request, "kind")
    days: dict[str, date | None] = {}
    problems: dict[str, str] = {}
    for name in ("from", "to"):
        try:
            days[name] = day_of(asked_for(request, name))
        except ValueError:
            days[name], problems[name] = None, "Write a day as 2026-03-31."
    known = person.isascii() and person.isdigit() and int(person) in people
    wanted = listing.Wanted(
        person=int(person) if known else None,
        code=asked_for(request, "code"),
        kind=kind if kind in listing.Kind.values else "",
        first_day=days["from"],
        last_day=days["to"],
    )
    return wanted, problems
