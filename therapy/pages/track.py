"""Staff page of one track: how it sounds and looks, what was measured, and what is expected after
it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.catalogue.levelling import levelled
from therapy.catalogue.managing import SOUNDS_KEY, ask_for_sounds, catalogues_managed_from
from therapy.catalogue.models import FeatureSchema, Track, TrackFeatures, TrackSound
from therapy.catalogue.places import places_of
from therapy.pages import catalogue_listing as listing
from therapy.pages.requests import StaffRequest
from therapy.pages.track_charts import dot_of, level_bars, waveform_path
from therapy.pages.track_words import in_words
from therapy.pages.work import WorkInWords, latest_jobs
from therapy.pages.work import in_words as work_in_words
from therapy.people.models import User
from worker.models import Job


@for_staff()
@require_safe
@never_cache
def track(request: StaffRequest, track_id: uuid.UUID) -> HttpResponse:
    """Everything that is known of a track. Raises Http404 unless a clinic of the user has it."""
    visible = listing.tracks_visible_to(request.user).select_related("catalogue")
    found = get_object_or_404(visible, pk=track_id)
    described = _described(found, request.user)
    sound = TrackSound.objects.filter(track=found, audio_sha256=found.audio_sha256).first()
    managed = request.access.clinics_where(Act.MANAGE_CATALOGUE)
    may_change = catalogues_managed_from(managed).filter(pk=found.catalogue_id).exists()
    return render(
        request,
        "therapy/catalogue/track.html",
        {
            "track": found,
            "features": listing.described(described) if described else (),
            "schema": described.schema if described else None,
            "wave": waveform_path(sound.waveform) if sound else None,
            "copies": _copies(sound, request.user),
            "sound_work": _sound_work(),
            "may_look": bool(managed),
            "may_change": may_change,
            **_measured(found, described),
            **_placed(found, described.schema if described else None),
        },
    )


@for_staff(writes=Act.MANAGE_CATALOGUE)
@require_POST
def look_at_sounds(request: StaffRequest, track_id: uuid.UUID) -> HttpResponseRedirect:
    """Have the waveforms drawn of all tracks that have none, and come back to this one."""
    get_object_or_404(listing.tracks_visible_to(request.user), pk=track_id)
    ask_for_sounds()
    return redirect("track", track_id)


def _described(track: Track, user: User) -> TrackFeatures | None:
    """The features under a schema of one of the user's clinics, the newest version."""
    rows = listing.measured_for(user).filter(track=track)
    return rows.first()


def _measured(track: Track, described: TrackFeatures | None) -> Mapping[str, Any]:
    values: dict[str, float] = {}
    if described is not None:
        values = dict(zip(described.schema.columns, described.values, strict=True))
    loudness = values.get("integrated_loudness")
    level = (
        None if loudness is None else levelled(loudness=loudness, true_peak=track.true_peak_dbtp)
    )
    return {
        "said": in_words(values, track.true_peak_dbtp),
        "level": level,
        "bars": level_bars(level) if level else None,
    }


def _placed(track: Track, schema: FeatureSchema | None) -> Mapping[str, Any]:
    places = places_of(schema, [track.id]) if schema is not None else None
    place = places.of.get(track.id) if places else None
    return {"places": places, "dot": dot_of(place) if place else None}


def _copies(sound: TrackSound | None, user: User) -> list[Track]:
    """Other tracks that the user may see and that are the same recording."""
    if sound is None:
        return []
    visible = listing.tracks_visible_to(user).select_related("catalogue")
    alike = visible.filter(sound__recording=sound.recording).exclude(pk=sound.track_id)
    return list(alike.order_by("title", "id")[:20])


def _sound_work() -> WorkInWords | None:
    """Where drawing waveforms stands, unless it is done."""
    job = latest_jobs([SOUNDS_KEY]).get(SOUNDS_KEY)
    if job is None or job.state == Job.State.SUCCEEDED:
        return None
    return work_in_words(job, what="drawing of waveforms", after_failure="Ask for it again.")
