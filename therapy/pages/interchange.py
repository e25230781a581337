"""Staff pages: a patient's record and playlists in the forms that other systems read."""

import tempfile
import uuid

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.interchange import jspf
from therapy.interchange.fhir import bundle
from therapy.interchange.fhir.provenance import Export
from therapy.pages.requests import StaffRequest
from therapy.sessions.selectors import playlist_of


@for_staff(Act.TAKE_DATA_OUT)
@require_safe
@never_cache
def fhir(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseBase:
    """The patient's record as a FHIR bundle, written whole before the first byte is answered; with
    `?notes=yes` the free texts of the plans too."""
    patient = request.access.patient(patient_id)
    draft = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it
    try:
        bundle.write_bundle(
            draft,
            patient_id=patient.id,
            export=Export.now(by=request.user),
            notes=request.GET.get("notes") == "yes",
        )
    except BaseException:
        draft.close()
        raise
    draft.seek(0)
    return FileResponse(
        draft,
        as_attachment=True,
        filename=bundle.filename(patient.clinic.slug, patient.code),
        content_type=bundle.MEDIA_TYPE,
    )


@for_staff(Act.TAKE_DATA_OUT)
@require_safe
@never_cache
def playlist(request: StaffRequest, patient_id: uuid.UUID, playlist_id: uuid.UUID) -> HttpResponse:
    """A playlist that the patient's phone made, as JSPF."""
    patient = request.access.patient(patient_id)
    log = playlist_of(patient, playlist_id)
    if log is None:
        raise Http404("This patient has no such playlist.")
    name = f"attune-{patient.clinic.slug}-{patient.code}-{log.made_at:%Y%m%d-%H%M}.jspf"
    return HttpResponse(
        jspf.dumped(jspf.playlist_jspf(log)),
        content_type=jspf.MEDIA_TYPE,
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )
