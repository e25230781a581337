"""Staff pages: sending recordings into a catalogue, and what became of each."""

import uuid

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.catalogue.managing import catalogues_managed_from, make_own_catalogue
from therapy.catalogue.models import Catalogue
from therapy.catalogue.upload_models import Upload, UploadedFile
from therapy.catalogue.uploads import send_files, upload_key, uploads_of
from therapy.pages.requests import StaffRequest
from therapy.pages.upload_form import NEW, UploadForm
from therapy.pages.work import in_words, latest_jobs
from therapy.people.models import Clinic
from worker.models import Job

UPLOADS_SHOWN = 10


@for_staff(Act.MANAGE_CATALOGUE, writes=Act.MANAGE_CATALOGUE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def uploads(request: StaffRequest) -> HttpResponse:
    """A form to send recordings, and what was sent lately."""
    clinics = list(request.access.clinics().order_by("name"))
    catalogues = list(catalogues_managed_from([clinic.id for clinic in clinics]))
    form = UploadForm(
        request.POST or None, request.FILES or None, catalogues=catalogues, clinics=clinics
    )
    if request.method == "POST" and form.is_valid():
        try:
            upload = _send(request, form, catalogues, clinics)
        except ValidationError as refused:
            for name, texts in refused.message_dict.items():
                form.add_error(name if name in form.fields else None, texts)
        else:
            return redirect("upload", upload.id)
    return render(
        request,
        "therapy/catalogue/uploads.html",
        {
            "form": form,
            "clinics": clinics,
            "uploads": list(uploads_of(request.access.clinics())[:UPLOADS_SHOWN]),
        },
        status=400 if form.errors else 200,
    )


@for_staff(Act.MANAGE_CATALOGUE)
@require_safe
@never_cache
def upload(request: StaffRequest, upload_id: uuid.UUID) -> HttpResponse:
    """How far an upload is, and what became of each file. Raises Http404 for another clinic's."""
    found: Upload = get_object_or_404(uploads_of(request.access.clinics()), id=upload_id)
    files = list(found.files.select_related("track"))
    job = latest_jobs([upload_key(found.id)]).get(upload_key(found.id))
    waiting = any(file.state == UploadedFile.State.WAITING for file in files)
    finished = job is not None and job.state == Job.State.SUCCEEDED
    return render(
        request,
        "therapy/catalogue/upload.html",
        {
            "upload": found,
            "files": files,
            "work": in_words(job, what="upload", after_failure="Send the files that wait again.")
            if job and not finished
            else None,
            "broken_off": waiting and job is None,
        },
    )


def _send(
    request: StaffRequest, form: UploadForm, catalogues: list[Catalogue], clinics: list[Clinic]
) -> Upload:
    """Raises ValidationError by field."""
    given = dict(form.cleaned_data)
    files, into = given.pop("recordings"), given.pop("into")
    if not files:
        raise ValidationError({"recordings": ["Choose at least one file."]})
    if into.startswith(NEW):
        clinic = next(one for one in clinics if one.slug == into.removeprefix(NEW))
        catalogue = make_own_catalogue(clinic)
    else:
        catalogue = next(one for one in catalogues if one.slug == into)
        clinic = next(one for one in clinics if catalogue in one.catalogues.all())
    return send_files(clinic=clinic, catalogue=catalogue, by=request.user, files=files, **given)
