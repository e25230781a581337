"""Staff page: recordings that the catalogue has twice, by their acoustic fingerprint."""

from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from therapy.access.doors import for_staff
from therapy.pages import catalogue_listing as listing
from therapy.pages.requests import StaffRequest

RECORDINGS_A_PAGE = 25


@for_staff()
@require_safe
def copies(request: StaffRequest) -> HttpResponse:
    """Each recording of which the user may see several tracks, with those."""
    found = listing.recordings_with_copies(request.user)
    page = Paginator(found, RECORDINGS_A_PAGE).get_page(request.GET.get("page"))
    tracks = (
        listing.tracks_visible_to(request.user)
        .filter(sound__recording__in=list(page.object_list))
        .select_related("catalogue", "sound")
        .order_by("sound__recording", "created_at", "title", "id")
    )
    groups = [list(same) for _, same in groupby(tracks, lambda one: one.sound.recording)]
    return render(request, "therapy/catalogue/copies.html", {"page": page, "groups": groups})
