"""Staff pages about a patient's phones: connecting one with a code, and ending one's access."""

import math
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.qr import qr_svg
from therapy.pages.requests import StaffRequest
from therapy.people import pairing
from therapy.people.models import Device, Patient
from therapy.people.pairing_models import PairingCode
from therapy.people.selectors import devices_of, pairing_code_of, usable_pairing_code
from therapy.people.services import revoke_device


class PhonesPanel:
    """The patient's phones, newest first, and the way to connect another."""

    title = "Phones"
    template_name = "therapy/people/phones_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        phones = list(devices_of(patient))
        return {
            "connected": [phone for phone in phones if phone.revoked_at is None],
            "ended": [phone for phone in phones if phone.revoked_at is not None],
            "code": usable_pairing_code(patient),
        }


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def make_code(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseRedirect:
    """A new code; older ones end."""
    patient = request.access.patient(patient_id)
    code = pairing.make_pairing_code(patient=patient, by=request.user)
    return redirect("pairing-code", patient.id, code.id)


@for_staff(Act.CHANGE_CARE)
@require_safe
@never_cache
def code_page(request: StaffRequest, patient_id: uuid.UUID, code_id: uuid.UUID) -> HttpResponse:
    """The code as long as it can be used, and then what became of it."""
    patient = request.access.patient(patient_id)
    code = _code(patient, code_id)
    now = timezone.now()
    shown = pairing.shown(code)
    address = request.build_absolute_uri(reverse("pair"))
    app = request.build_absolute_uri(reverse("phone"))
    return render(
        request,
        "therapy/people/pairing_code.html",
        {
            "patient": patient,
            "code": code,
            "state": code.state(now),
            "shown": shown,
            "spelled": " ".join(shown.replace("-", "")),
            "minutes": math.ceil((code.expires_at - now).total_seconds() / 60),
            "app": app,
            "qr": qr_svg(f"{address}#{shown.replace('-', '')}") if shown else "",
        },
    )


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def end_code(
    request: StaffRequest, patient_id: uuid.UUID, code_id: uuid.UUID
) -> HttpResponseRedirect:
    """Let nobody use the code any more."""
    patient = request.access.patient(patient_id)
    code = _code(patient, code_id)
    if pairing.end_pairing_code(code=code):
        messages.success(request, "The code has ended. It connects no phone any more.")
        return redirect("patient", patient.id)
    return redirect("pairing-code", patient.id, code.id)  # which says what became of it


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def end_access(request: StaffRequest, patient_id: uuid.UUID, phone_id: uuid.UUID) -> HttpResponse:
    """Ask, and then end a phone's access."""
    patient = request.access.patient(patient_id)
    phone = devices_of(patient).filter(id=phone_id).first()
    if phone is None:
        raise Http404("This patient has no such phone.")
    if phone.revoked_at is None and request.method != "POST":
        context = {"patient": patient, "phone": phone}
        return render(request, "therapy/people/end_access.html", context)
    if phone.revoked_at is None:
        revoke_device(device=phone)
        messages.success(request, f"The access of {_named(phone)} has ended.")
    else:
        messages.info(request, f"The access of {_named(phone)} had ended already.")
    return redirect("patient", patient.id)


def _code(patient: Patient, code_id: uuid.UUID) -> PairingCode:
    code = pairing_code_of(patient, code_id)
    if code is None:
        raise Http404("No such code was made for this patient.")
    return code


def _named(phone: Device) -> str:
    return f"“{phone.label}”" if phone.label else "the phone"
