"""Staff page: the tracks of the catalogue in the plane of valence and arousal."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from therapy.access.doors import for_staff
from therapy.catalogue.models import Track
from therapy.catalogue.places import Places, places_of
from therapy.pages import catalogue_listing as listing
from therapy.pages.requests import StaffRequest, asked_for
from therapy.pages.track_charts import Dot, dot_of
from therapy.people.models import Clinic
from therapy.people.visibility import clinics_of

DOTS_A_PAGE = 200


@dataclass(frozen=True)
class PlacedTrack:
    track: Track
    dot: Dot


@for_staff()
@require_safe
def plane(request: StaffRequest) -> HttpResponse:
    """The tracks that the catalogue's list finds, as dots and as a table, where the newest base
    that a clinic's model can be made from expects people after each."""
    clinics = list(clinics_of(request.user).select_related("feature_schema").order_by("name", "id"))
    clinic = _clinic(clinics, request.GET.get("clinic", ""))
    catalogues = list(listing.catalogues_of(request.user))
    chosen = listing.chosen(catalogues, request.GET.get("catalogue", ""))
    search = asked_for(request, "search")
    found = listing.tracks_found(user=request.user, catalogue=chosen, search=search)
    page = Paginator(found, DOTS_A_PAGE).get_page(request.GET.get("page"))
    tracks = list(page.object_list)
    places = _places(clinic, tracks)
    placed = [
        PlacedTrack(track, dot_of(places.of[track.id])) for track in tracks if track.id in places.of
    ]
    return render(
        request,
        "therapy/catalogue/plane_page.html",
        {
            "catalogues": catalogues,
            "chosen": chosen,
            "clinic_choices": clinics,
            "clinic": clinic,
            "search": search,
            "page": page,
            "places": places,
            "placed": placed,
            "not_placed": len(tracks) - len(placed),
        },
    )


def _clinic(clinics: list[Clinic], slug: str) -> Clinic | None:
    """The clinic of that address; any other word means the first."""
    named = (one for one in clinics if one.slug == slug)
    return next(named, clinics[0] if clinics else None)


def _places(clinic: Clinic | None, tracks: list[Track]) -> Places:
    """Places of none, where there is no clinic, or no model for what was measured of its tracks."""
    if clinic is None:
        return Places()
    return places_of(clinic.feature_schema, [track.id for track in tracks]) or Places()
