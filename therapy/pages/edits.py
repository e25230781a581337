"""Staff pages: changing what is said of many tracks, looking at it first, and undoing it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.catalogue.edit_models import CatalogueEdit
from therapy.catalogue.editing import checked, edit_tracks, state_of, undo
from therapy.catalogue.managing import catalogues_managed_from
from therapy.catalogue.models import Track
from therapy.pages.edit_form import EditForm
from therapy.pages.requests import StaffRequest
from therapy.people.models import Clinic
from therapy.records import ConflictError

MOST_TRACKS = 500
EDITS_SHOWN = 20
CHANGED = "Somebody changed one of these tracks meanwhile, so nothing was done. Look again."


@for_staff(writes=Act.MANAGE_CATALOGUE)
@require_POST
@never_cache
def edit(request: StaffRequest) -> HttpResponse:
    """Three steps, each with all that the one before said: the tracks that were ticked, what is to
    be changed, and that it is to be done. Nothing is kept between them."""
    tracks = list(_ticked(request)[:MOST_TRACKS])
    step = request.POST.get("step", "")
    form = EditForm(request.POST if step else None)
    if not tracks or not step or not _is_sound(form):
        return _page(request, tracks, form, status=400 if not tracks or step else 200)
    if step != "do":
        return _page(request, tracks, form, looked_at=True)
    try:
        made = edit_tracks(
            clinic=_clinic(request, tracks),
            by=request.user,
            tracks=tracks,
            edit=form.edit(),
            state=request.POST.get("state", ""),
        )
    except ConflictError:
        tracks = list(_ticked(request)[:MOST_TRACKS])
        return _page(request, tracks, form, looked_at=True, status=409)
    return redirect("catalogue-edit", made.id)


@for_staff(Act.MANAGE_CATALOGUE)
@require_safe
@never_cache
def edits(request: StaffRequest) -> HttpResponse:
    """What was changed lately."""
    found = list(_edits(request)[:EDITS_SHOWN])
    return render(request, "therapy/catalogue/edits.html", {"edits": found})


@for_staff(Act.MANAGE_CATALOGUE)
@require_safe
@never_cache
def edited(request: StaffRequest, edit_id: uuid.UUID) -> HttpResponse:
    """One change, track by track. Raises Http404 for another clinic's."""
    found = get_object_or_404(_edits(request), id=edit_id)
    titles = dict(Track.objects.filter(pk__in=found.changes).values_list("pk", "title"))
    rows = [
        (uuid.UUID(key), titles[uuid.UUID(key)], changes)
        for key, changes in found.changes.items()
        if uuid.UUID(key) in titles
    ]
    rows.sort(key=lambda row: row[1])
    return render(request, "therapy/catalogue/edited.html", {"edit": found, "rows": rows})


@for_staff(writes=Act.MANAGE_CATALOGUE)
@require_POST
def undo_edit(request: StaffRequest, edit_id: uuid.UUID) -> HttpResponseRedirect:
    """Undo a change, but for what was changed again since."""
    found = get_object_or_404(_edits(request), id=edit_id)
    catalogues = catalogues_managed_from([clinic.id for clinic in request.access.clinics()])
    try:
        stayed = undo(found, within=catalogues)
    except ConflictError as refused:
        messages.error(request, refused.message)
        return redirect("catalogue-edit", edit_id)
    messages.success(
        request,
        "The tracks say what they said before."
        if not stayed
        else f"Undone, but for {stayed} of the tracks: they were changed again since, or went.",
    )
    return redirect("catalogue-edit", edit_id)


def _edits(request: StaffRequest) -> QuerySet[CatalogueEdit]:
    found: QuerySet[CatalogueEdit] = CatalogueEdit.objects.filter(
        clinic__in=request.access.clinics()
    )
    return found.select_related("made_by").order_by("-made_at")


def _ticked(request: StaffRequest) -> QuerySet[Track]:
    """The tracks that were ticked, as far as the user may change them."""
    catalogues = catalogues_managed_from([clinic.id for clinic in request.access.clinics()])
    keys = [key for key in map(_key, request.POST.getlist("track")) if key is not None]
    return Track.objects.filter(catalogue__in=catalogues, pk__in=keys).order_by("title", "id")


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _clinic(request: StaffRequest, tracks: list[Track]) -> Clinic:
    """That of the user's clinics which has the first of the tracks."""
    return request.access.clinics().filter(catalogues=tracks[0].catalogue_id).order_by("name")[0]


def _is_sound(form: EditForm) -> bool:
    if not form.is_valid():
        return False
    try:
        checked(form.edit())
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            form.add_error(name, texts)
    return not form.errors


def _page(
    request: StaffRequest,
    tracks: list[Track],
    form: EditForm,
    *,
    looked_at: bool = False,
    status: int = 200,
) -> HttpResponse:
    changes: list[tuple[Track, Any]] = []
    if looked_at:
        changes = [(track, form.edit().changes_of(track)) for track in tracks]
    return render(
        request,
        "therapy/catalogue/edit.html",
        {
            "tracks": tracks,
            "form": form,
            "looked_at": looked_at,
            "changes": [(track, one) for track, one in changes if one],
            "same": sum(not one for _, one in changes),
            "state": state_of(tracks),
            "conflict": CHANGED if status == 409 else "",
        },
        status=status,
    )
