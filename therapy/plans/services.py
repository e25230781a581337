"""The only writer of session plans."""

import uuid
from collections.abc import Collection, Iterable
from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from therapy.access.acts import Act
from therapy.catalogue.models import Track
from therapy.catalogue.rows import LONGEST_TAG, tidy_tags
from therapy.catalogue.selectors import tracks_of
from therapy.people.models import Patient, User
from therapy.people.visibility import access_of
from therapy.plans.models import SessionPlan
from therapy.records import Problems, add, out_of_range, problems_of, refuse

# Bounds of what the model's own validators do not bound; the table's constraints are the same.
BOUNDS = {
    "minutes": (5, 60),
    "hold_radius": (0, 1),
    "largest_step": (0.05, 3),
    "tempo_min": (1, 1000),  # bpm
    "tempo_max": (1, 1000),
    "loudness_max": (-100, 0),  # LUFS; 0 is full scale
}


class PlanFields(TypedDict, total=False):
    """What a plan may say; what is left out has the default of SessionPlan."""

    target_valence: float
    target_arousal: float
    curve: str
    start_factor: float
    track_count: int
    minutes: int
    hold_radius: float
    largest_step: float
    lowest_valence: float
    never_tracks: Iterable[Track]
    excluded_tags: Iterable[str]
    explicit_allowed: bool
    lyrics: str
    tempo_min: float | None
    tempo_max: float | None
    loudness_max: float | None


@transaction.atomic
def prescribe(*, patient: Patient, by: User, **fields: Unpack[PlanFields]) -> SessionPlan:
    """The next version of the patient's session plan; earlier versions stay as they are.

    Two at once get two versions: the patient's row is locked meanwhile.
    Raises PermissionDenied when `by` has no role in the patient's clinic that
    allows it, and ValidationError
    with messages for every refused field.
    """
    if not access_of(by, Act.CHANGE_CARE).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
    never = list(fields.pop("never_tracks", ()))
    tags = fields.pop("excluded_tags", ())
    unknown = set(fields) - PlanFields.__annotations__.keys()
    refuse({name: ["A session plan has no such field."] for name in sorted(unknown)})
    plan = SessionPlan(patient=patient, created_by=by, version=1, **fields)
    refuse(_problems(plan) | _tag_problems(plan, tags) | _track_problems(patient, never))
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    latest = SessionPlan.objects.filter(patient=patient).aggregate(latest=Max("version"))["latest"]
    plan.version = (latest or 0) + 1
    add(plan)
    plan.never_tracks.set(never)
    return plan


def _problems(plan: SessionPlan) -> Problems:
    problems = problems_of(plan, unchecked=["excluded_tags"]) | out_of_range(plan, BOUNDS)
    low, high = plan.tempo_min, plan.tempo_max
    if low is not None and high is not None and low > high:
        problems.setdefault("tempo_min", [f"The slowest, {low:g}, is faster than {high:g} bpm."])
    return problems


def _tag_problems(plan: SessionPlan, tags: Iterable[str] | str) -> Problems:
    """Puts the tags into the plan, tidied, if they are a list of words."""
    given = None if isinstance(tags, str) else list(tags)
    if given is None or not all(isinstance(tag, str) and "\0" not in tag for tag in given):
        return {"excluded_tags": ["Must be a list of words."]}
    if any(len(tag.strip()) > LONGEST_TAG for tag in given):
        return {"excluded_tags": [f"A tag has at most {LONGEST_TAG} characters."]}
    plan.excluded_tags = tidy_tags(given)
    return {}


def _track_problems(patient: Patient, never: Collection[Track]) -> Problems:
    wanted: dict[uuid.UUID, Track] = {track.id: track for track in never}
    known = set(tracks_of(patient.clinic).filter(id__in=wanted).values_list("id", flat=True))
    strange = [track.title for track_id, track in wanted.items() if track_id not in known]
    if not strange:
        return {}
    return {"never_tracks": [f"In no catalogue of this clinic: {', '.join(sorted(strange))}."]}
