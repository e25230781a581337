"""Staff pages of the catalogue: its tracks, and their sound."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.catalogue.audio import audio_response
from therapy.catalogue.managing import catalogues_managed_from
from therapy.pages import catalogue_listing as listing
from therapy.pages.requests import StaffRequest, asked_for
from therapy.people.visibility import clinics_of

TRACKS_A_PAGE = 25


@for_staff()
@require_safe
def catalogue(request: StaffRequest) -> HttpResponse:
    """The tracks that the user's clinics may play, a page at a time."""
    catalogues = list(listing.catalogues_of(request.user))
    chosen = listing.chosen(catalogues, request.GET.get("catalogue", ""))
    search = asked_for(request, "search")
    managed = request.access.clinics_where(Act.MANAGE_CATALOGUE)
    found = listing.tracks_found(user=request.user, catalogue=chosen, search=search)
    page = Paginator(found, TRACKS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "therapy/catalogue/catalogue.html",
        {
            "catalogues": catalogues,
            "chosen": chosen,
            "search": search,
            "page": page,
            "rows": listing.rows_of(page.object_list),
            "clinics": list(clinics_of(request.user)),
            "copies": listing.recordings_with_copies(request.user).count(),
            "manages": bool(managed),
            "editable": set(catalogues_managed_from(managed).values_list("pk", flat=True)),
        },
    )


@for_staff()
@require_safe
def track_audio(request: StaffRequest, track_id: uuid.UUID) -> HttpResponseBase:
    """A track's sound, for a user whose clinic has it. Raises Http404 for everyone else."""
    track = get_object_or_404(listing.tracks_visible_to(request.user), pk=track_id)
    return audio_response(request, track)
