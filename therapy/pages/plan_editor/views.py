"""Staff pages: the form of a patient's next session plan, a look at it, and prescribing it.

Every button sends the whole form, so that nothing typed is lost, with or without JavaScript.
"""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.plan_editor import words
from therapy.pages.plan_editor.beginning import begun
from therapy.pages.plan_editor.form import form_of, label_of
from therapy.pages.plan_editor.music import search_tracks
from therapy.pages.plan_editor.reading import read
from therapy.pages.plan_editor.review import review_of
from therapy.pages.plan_editor.trying import (
    CLICKED,
    Trying,
    mood_from,
    path_from,
    put_click,
    try_plan,
)
from therapy.pages.plan_editor.typed import Typed, tidied
from therapy.pages.plans import sections_between
from therapy.pages.requests import StaffRequest
from therapy.people.models import Patient, User
from therapy.people.selectors import devices_of
from therapy.plans.comparing import compare
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import current_plan, plans_of
from therapy.plans.services import prescribe
from therapy.plans.templates import TEMPLATES
from therapy.records import ConflictError, Problems

PICKS: Final = {"never": "never_tracks", "always": "always_tracks"}


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """The form, begun from the version in force or from `?template=NAME`; `step` says which button
    sent it. A click in the plane, which has no step, tries the plan from there."""
    patient = request.access.patient(patient_id)
    if request.method != "POST":
        return _asked(request, patient, _begun(request, patient))
    typed = tidied(request.POST)
    put_click(request.POST, typed)
    clicked = CLICKED[0] in request.POST
    step, _, about = ("try" if clicked else request.POST.get("step", "")).partition(":")
    looks_at_review = request.POST.get("shown") == "review"
    try:
        if step == "prescribe":
            return _prescribed(request, patient, typed)
        if step == "review" or (step == "try" and looks_at_review):
            return _reviewed(request, patient, typed, tries=step == "try")
        if step == "try":
            plan, _fields = read(patient, typed)
            tried = try_plan(patient, plan, mood_from(typed))
            return _asked(request, patient, typed, tried=tried)
    except ValidationError as refused:
        return _asked(request, patient, typed, problems=refused.message_dict)
    if step in PICKS:
        typed.appendlist(PICKS[step], about)
    return _asked(request, patient, typed, more=about if step == "add" else "")


@for_staff(Act.CHANGE_CARE)
@require_safe
@never_cache
def path(request: StaffRequest) -> HttpResponse:
    """The path that a form's target asks for, as a drawing; 400 with why, in words, where it
    asks for none. It is about no patient: the mood is one that was chosen to look from."""
    try:
        plane = path_from(tidied(request.GET))
    except ValidationError as refused:
        return HttpResponse(
            _not_drawn(refused), status=400, content_type="text/plain; charset=utf-8"
        )
    return render(
        request, "therapy/plans/editor/plane.svg", {"plane": plane}, content_type="image/svg+xml"
    )


def _begun(request: StaffRequest, patient: Patient) -> Typed:
    try:
        return begun(patient, current_plan(patient), request.GET.get("template", ""))
    except KeyError:
        raise Http404("There is no template by this name.") from None


def _asked(
    request: StaffRequest,
    patient: Patient,
    typed: Typed,
    *,
    problems: Problems | None = None,
    tried: Trying | None = None,
    more: str = "",
) -> HttpResponse:
    """The form as it was typed, with what is wrong."""
    shown = {
        "form": form_of(patient, typed, problems or {}, more),
        "tried": tried or _path(typed),
        "found": search_tracks(request.user, patient.clinic, typed.get("search", "")),
        "begun_from": TEMPLATES.get(typed.get("template", "")),
        "templates": TEMPLATES.values(),
        "reported": (words.REPORTED, words.REPORTED_SOURCE),
    }
    return _page(request, patient, typed, "write", shown, status=400 if problems else 200)


def _path(typed: Typed) -> Trying:
    try:
        return Trying(path_from(typed))
    except ValidationError as refused:
        return Trying(problem=_not_drawn(refused))


def _not_drawn(refused: ValidationError) -> str:
    """Why there is no path, by the fields' names."""
    told = [f"{label_of(name)}: {' '.join(texts)}" for name, texts in refused.message_dict.items()]
    return " ".join(["The path cannot be drawn yet.", *told])


def _reviewed(
    request: StaffRequest, patient: Patient, typed: Typed, *, tries: bool = False, status: int = 200
) -> HttpResponse:
    """What the plan would change and do. Where another version was prescribed since the form was
    begun, that is told, and from here on the plan follows that one.

    Raises ValidationError by field.
    """
    plan, _fields = read(patient, typed)
    versions = {one.version: one for one in plans_of(patient)}
    latest = versions[max(versions)] if versions else None
    base = versions.get(_base(typed))
    newer = latest if latest is not None and latest != base else None
    typed["base"] = str(latest.version if latest is not None else 0)
    shown = {
        "review": review_of(patient, plan, latest),
        "newer": newer,
        "base": base,
        "newer_sections": sections_between(base, newer) if newer is not None else {},
        "tried": try_plan(patient, plan, mood_from(typed)) if tries else _path(typed),
    }
    return _page(request, patient, typed, "review", shown, status=status)


def _prescribed(request: StaffRequest, patient: Patient, typed: Typed) -> HttpResponse:
    """Raises ValidationError by field."""
    plan, fields = read(patient, typed)
    base = _base(typed)
    try:
        version = prescribe(patient=patient, by=request.user, after=base, **fields).version
    except ConflictError:
        latest = current_plan(patient)
        if latest is None or not _is_sent_again(latest, base, plan, request.user):
            return _reviewed(request, patient, typed, status=409)
        version = latest.version
    return _done(request, patient, version)


def _done(request: StaffRequest, patient: Patient, version: int) -> HttpResponseRedirect:
    """On to the patient's page, to their phones where none is connected yet."""
    page = reverse("patient", args=[patient.id])
    if devices_of(patient).filter(revoked_at=None).exists():
        follows = "A connected phone takes it when it next asks."
    else:
        page += "#phones"
        follows = "No phone is connected: connect one, by QR code, under Phones."
    messages.success(request, f"Version {version} is prescribed. {follows}")
    return redirect(page)


def _is_sent_again(latest: SessionPlan, base: int, plan: SessionPlan, by: User) -> bool:
    """Whether what is in force is what this form prescribed a moment ago."""
    follows = latest.version == base + 1 and latest.created_by == by
    return follows and not compare(latest, plan)


def _base(typed: Typed) -> int:
    """The version that the plan is written to follow; −1, which none is, where that is lost."""
    text = typed.get("base", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _page(
    request: StaffRequest,
    patient: Patient,
    typed: Typed,
    name: str,
    shown: dict[str, Any],
    *,
    status: int,
) -> HttpResponse:
    context = {"patient": patient, "typed": typed, "held": typed.lists(), **shown}
    return render(request, f"therapy/plans/editor/{name}.html", context, status=status)
