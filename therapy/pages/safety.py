"""Safety flags on the staff pages: a panel, a column, and acknowledging one."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.panels import Cell
from therapy.pages.requests import StaffRequest
from therapy.people.models import Patient
from therapy.safety.rules import Severity
from therapy.safety.selectors import flags_of, open_flags_of
from therapy.safety.services import LONGEST_NOTE, acknowledge

SHOWN = 20


class FlagsPanel:
    """The patient's flags, those that stand first."""

    title = "Safety flags"
    template_name = "therapy/people/flags_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        flags = list(flags_of(patient)[:SHOWN])
        standing = [flag for flag in flags if flag.acknowledged_at is None]
        return {
            "attention": list(dict.fromkeys(flag.definition.title for flag in standing)),
            "standing": standing,
            "seen_to": [flag for flag in flags if flag.acknowledged_at is not None],
            "longest_note": LONGEST_NOTE,
        }


class FlagsColumn:
    """The list's column: who needs someone."""

    title = "Flags"

    def cells(self, patients: Sequence[Patient]) -> Mapping[uuid.UUID, Cell]:
        found = open_flags_of(patient.id for patient in patients)
        return {patient.id: _cell(found.get(patient.id, {})) for patient in patients}


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def acknowledge_flag(
    request: StaffRequest, patient_id: uuid.UUID, flag_id: uuid.UUID
) -> HttpResponseRedirect:
    """Write down that someone has seen to a flag."""
    patient = request.access.patient(patient_id)
    flag = flags_of(patient).filter(id=flag_id).first()
    if flag is None:
        raise Http404("This patient has no such flag.")
    note = request.POST.get("note", "").replace("\0", "")
    try:
        acknowledge(flag=flag, by=request.user, note=note)
    except ValidationError as refused:
        messages.error(request, f"Nothing was changed. {' '.join(refused.messages)}")
    else:
        messages.success(request, "Written down: the flag was seen to.")
    return redirect("patient", patient.id)


def _cell(counts: Mapping[Severity, int] | Mapping[str, int]) -> Cell:
    urgent, others = counts.get(Severity.URGENT, 0), counts.get(Severity.ATTENTION, 0)
    if urgent:
        note = f"and {others} more" if others else ""
        return Cell(f"{urgent} urgent", note, needs_attention=True)
    return Cell(str(others), needs_attention=True) if others else Cell("none")
