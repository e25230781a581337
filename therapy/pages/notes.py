"""Staff pages: the progress notes on a patient, writing one, and correcting one."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.notes.formats import DEFAULT, FORMATS
from therapy.notes.models import ProgressNote
from therapy.notes.selectors import notes_of, standing_notes_of
from therapy.notes.services import LONGEST_SECTION, write_note
from therapy.pages.requests import StaffRequest
from therapy.people.models import Patient
from therapy.records import ConflictError
from therapy.sessions.models import ListeningSession

NOTES_A_PAGE = 10
SESSIONS_OFFERED = 12


@for_staff(Act.KEEP_NOTES, writes=Act.KEEP_NOTES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notes(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """The notes that stand, the newest first, and a form for the next one."""
    patient = request.access.patient(patient_id)
    return _written_or_asked(request, patient, corrects=None)


@for_staff(Act.KEEP_NOTES, writes=Act.KEEP_NOTES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct(request: StaffRequest, patient_id: uuid.UUID, note_id: int) -> HttpResponse:
    """A form that begins with what the note says; what is written stands in its place."""
    patient = request.access.patient(patient_id)
    note = notes_of(patient).filter(id=note_id).first()
    if note is None:
        raise Http404("There is no such note on this patient.")
    return _written_or_asked(request, patient, corrects=note)


def _written_or_asked(
    request: StaffRequest, patient: Patient, *, corrects: ProgressNote | None
) -> HttpResponse:
    typed = _typed(request, corrects)
    sessions = list(_offered(patient, corrects))
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            write_note(
                patient=patient,
                by=request.user,
                format=typed["format"],
                sections=typed["sections"],
                session=_chosen(sessions, typed["session"]),
                corrects=corrects,
            )
        except ValidationError as refused:
            problems = refused.message_dict
        except ConflictError as conflict:
            problems = {"sections": [conflict.message]}
        else:
            messages.success(request, "The note is written.")
            return redirect("notes", patient.id)
    with_corrected = "corrected" in request.GET
    found = notes_of(patient) if with_corrected else standing_notes_of(patient)
    return render(
        request,
        "therapy/notes/notes.html",
        {
            "patient": patient,
            "corrects": corrects,
            "typed": typed,
            "fields": [
                (section, typed["sections"].get(section.key, ""), problems.get(section.key, []))
                for section in FORMATS[typed["format"]].sections
            ],
            "format": FORMATS[typed["format"]],
            "formats": FORMATS.values(),
            "sessions": sessions,
            "problems": problems,
            "longest": LONGEST_SECTION,
            "with_corrected": with_corrected,
            "notes": Paginator(found, NOTES_A_PAGE).get_page(request.GET.get("notes")),
        },
        status=400 if problems else 200,
    )


def _typed(request: StaffRequest, corrects: ProgressNote | None) -> dict[str, Any]:
    """What the form holds: what was sent, else what the note to correct says, else nothing."""
    if request.method == "POST":
        asked, session = request.POST.get("format", ""), request.POST.get("session", "")
        layout = FORMATS.get(asked, FORMATS[DEFAULT])
        sections = {key: request.POST.get(key, "") for key in layout.keys}
    elif corrects is not None:
        asked, session = corrects.format, str(corrects.session_id or "")
        sections = corrects.sections
    else:
        asked, session, sections = request.GET.get("format", ""), "", {}
    return {
        "format": asked if asked in FORMATS else DEFAULT,
        "session": session,
        "sections": sections,
    }


def _offered(patient: Patient, corrects: ProgressNote | None) -> list[ListeningSession]:
    """The latest sessions, and the one that the note to correct is about."""
    held = ListeningSession.objects.filter(patient=patient).order_by("-started_at", "-id")
    latest = list(held[:SESSIONS_OFFERED])
    if corrects is not None and corrects.session is not None and corrects.session not in latest:
        latest.append(corrects.session)
    return latest


def _chosen(sessions: list[ListeningSession], session_id: str) -> ListeningSession | None:
    """Raises ValidationError for a session that was not offered."""
    if not session_id:
        return None
    chosen = next((one for one in sessions if str(one.id) == session_id), None)
    if chosen is None:
        raise ValidationError({"session": ["This patient has no such session."]})
    return chosen
