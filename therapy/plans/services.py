"""The only writer of session plans, and of whether they are in force."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypedDict, Unpack

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet

from therapy.access.acts import Act
from therapy.catalogue.models import Track
from therapy.catalogue.selectors import tracks_of
from therapy.people.models import Membership, Patient, User
from therapy.people.visibility import access_of
from therapy.plans.models import BOUNDS, PlanStanding, SessionPlan, Standing
from therapy.plans.sections.clinical import problems_of_clinical
from therapy.plans.sections.dose import problems_of_dose
from therapy.plans.sections.music import problems_of_music
from therapy.plans.sections.safety import problems_of_safety
from therapy.plans.selectors import standing_of
from therapy.plans.templates import template_named
from therapy.records import (
    ConflictError,
    Problems,
    add,
    out_of_range,
    problems_of,
    refuse,
    text_problems,
)

LISTS = ("goals", "triggers", "only_tags", "excluded_tags", "lyric_languages")
CHECKED_BY_SECTIONS = (*LISTS, "schedule", "measures")
LONGEST_REASON = 500


class PlanFields(TypedDict, total=False):
    """What a plan may say; what is left out has the default of SessionPlan."""

    indication: str
    rationale: str
    goals: list[dict[str, Any]]
    therapist: Membership | None
    review_on: date | None
    stop_criteria: str

    target_valence: float
    target_arousal: float
    curve: str
    start_factor: float
    track_count: int
    minutes: int
    hold_radius: float
    largest_step: float
    lowest_valence: float

    selected_by: str
    familiarity: str
    composed_share: float
    always_tracks: Iterable[Track]
    never_tracks: Iterable[Track]
    only_tags: Iterable[str]
    excluded_tags: Iterable[str]
    triggers: list[dict[str, str]]
    explicit_allowed: bool
    lyrics: str
    lyric_languages: Iterable[str]
    tempo_min: float | None
    tempo_max: float | None
    loudness_min: float | None
    loudness_max: float | None
    brightness_min: float | None
    brightness_max: float | None

    schedule: list[dict[str, Any]]
    homework: str
    most_sessions_a_day: int | None
    most_minutes_a_week: int | None
    volume_ceiling: int | None
    output: str
    fade_in: float
    fade_out: float
    breathing_rate: float | None
    spoken_intro: bool
    silence_at_end: int
    measures: list[dict[str, Any]]

    epilepsy: str
    hyperacusis_or_tinnitus: str
    musical_hallucination: str
    trauma_associations: str
    hearing_aid: str
    drives: str
    crisis_plan: str
    escalation_contact: str


@transaction.atomic
def prescribe(
    *,
    patient: Patient,
    by: User,
    template: str = "",
    after: int | None = None,
    **fields: Unpack[PlanFields],
) -> SessionPlan:
    """The next version of the patient's session plan; earlier versions stay as they are.

    `template` names what it is begun from (templates.py); `fields` say otherwise or more. `after`
    is the version that it was written to follow, 0 for the first. Two at once get two versions:
    the patient's row is locked meanwhile.
    Raises PermissionDenied when `by` has no role in the patient's clinic that allows it,
    ValidationError with messages for every refused field, and ConflictError where another version
    than `after` is in force.
    """
    _refuse_who_may_not(by, patient)
    plan, always, never = _unsaved(patient, template, fields)
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    latest = SessionPlan.objects.filter(patient=patient).aggregate(latest=Max("version"))["latest"]
    if after is not None and after != (latest or 0):
        raise ConflictError(f"The plan is at version {latest or 0}, not {after}.")
    plan.version, plan.created_by = (latest or 0) + 1, by
    add(plan)
    plan.always_tracks.set(always)
    plan.never_tracks.set(never)
    return plan


def drafted(*, patient: Patient, template: str = "", **fields: Unpack[PlanFields]) -> SessionPlan:
    """What `prescribe` would save, checked and not saved, with its tracks at hand.

    To be looked at and tried; it is not to be saved. Raises ValidationError as `prescribe` does.
    """
    plan, always, never = _unsaved(patient, template, fields)
    # An unsaved row has no rows of tracks to read, so they are put where a prefetch has them.
    plan._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "always_tracks": _at_hand(always),
        "never_tracks": _at_hand(never),
    }
    return plan


def problems_of_plan(plan: SessionPlan) -> Problems:
    """What is wrong with an unsaved plan, by field, but for its tracks; tidies its tags."""
    return (
        problems_of(plan, unchecked=CHECKED_BY_SECTIONS)
        | out_of_range(plan, BOUNDS)
        | problems_of_clinical(plan)
        | problems_of_music(plan)
        | problems_of_dose(plan)
        | problems_of_safety(plan)
    )


def pause(*, patient: Patient, by: User, reason: str = "") -> PlanStanding:
    """Have the patient not listen by the plan until it is resumed."""
    return _stand(patient, Standing.PAUSED, by, reason, after={Standing.ACTIVE})


def resume(*, patient: Patient, by: User, reason: str = "") -> PlanStanding:
    """Have the patient listen by the plan again, after a pause or an end."""
    return _stand(patient, Standing.ACTIVE, by, reason, after={Standing.PAUSED, Standing.ENDED})


def end(*, patient: Patient, by: User, reason: str = "") -> PlanStanding:
    """End the course of listening; what was recorded stays."""
    return _stand(patient, Standing.ENDED, by, reason, after={Standing.ACTIVE, Standing.PAUSED})


@transaction.atomic
def _stand(
    patient: Patient, standing: Standing, by: User, reason: str, *, after: Collection[Standing]
) -> PlanStanding:
    """Raises PermissionDenied as `prescribe` does, and ValidationError where the plan does not
    stand so that this could follow."""
    _refuse_who_may_not(by, patient)
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    now = standing_of(patient)
    row = PlanStanding(patient=patient, standing=standing, set_by=by, reason=reason.strip())
    problems = text_problems(row, ("reason",), LONGEST_REASON)
    if now not in after:
        problems[NON_FIELD_ERRORS] = [
            f"The plan is {now.value}; it cannot become {standing.value}."
        ]
    refuse(problems)
    return add(row)


def _refuse_who_may_not(by: User, patient: Patient) -> None:
    if not access_of(by, Act.CHANGE_CARE).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")


def _unsaved(
    patient: Patient, template: str, fields: Mapping[str, Any]
) -> tuple[SessionPlan, list[Track], list[Track]]:
    """The plan, its always-tracks and its never-tracks. Raises ValidationError by field."""
    begun: dict[str, Any] = dict(template_named(template).fields) if template else {}
    wanted = begun | dict(fields)
    always, never = (list(wanted.pop(name, ())) for name in ("always_tracks", "never_tracks"))
    unknown = set(wanted) - PlanFields.__annotations__.keys()
    refuse({name: ["A session plan has no such field."] for name in sorted(unknown)})
    plan = SessionPlan(patient=patient, template=template, version=1, **wanted)
    refuse(problems_of_plan(plan) | _track_problems(patient, always, never))
    return plan, always, never


def _at_hand(tracks: list[Track]) -> QuerySet[Track]:
    found = Track.objects.none()
    found._result_cache = tracks
    return found


def _track_problems(
    patient: Patient, always: Collection[Track], never: Collection[Track]
) -> Problems:
    wanted: Mapping[uuid.UUID, Track] = {track.id: track for track in (*always, *never)}
    known = set(tracks_of(patient.clinic).filter(id__in=wanted).values_list("id", flat=True))
    problems: Problems = {}
    for name, tracks in (("always_tracks", always), ("never_tracks", never)):
        strange = sorted(track.title for track in tracks if track.id not in known)
        if strange:
            problems[name] = [f"In no catalogue of this clinic: {', '.join(strange)}."]
    both = sorted({track.title for track in always} & {track.title for track in never})
    if both and not problems:
        problems["always_tracks"] = [f"Also among those that are never played: {', '.join(both)}."]
    return problems
