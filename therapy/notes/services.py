"""The only writer of progress notes."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from therapy.access.acts import Act
from therapy.notes.formats import FORMATS
from therapy.notes.models import ProgressNote
from therapy.people.models import Patient, User
from therapy.people.visibility import access_of
from therapy.records import ConflictError, Problems, add, refuse
from therapy.sessions.models import ListeningSession

LONGEST_SECTION = 10_000


@transaction.atomic
def write_note(
    *,
    patient: Patient,
    by: User,
    format: str,
    sections: Mapping[str, str],
    session: ListeningSession | None = None,
    corrects: ProgressNote | None = None,
) -> ProgressNote:
    """A note of `by` on the patient, in one of FORMATS; sections that are left out are empty.

    With `corrects` it stands in the place of that note. Raises PermissionDenied where `by` has no
    role that lets them keep notes, ValidationError by section for what is refused, and
    ConflictError where someone corrected the same note meanwhile.
    """
    if not access_of(by, Act.KEEP_NOTES).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.KEEP_NOTES} in this clinic.")
    if format not in FORMATS:
        refuse({"format": [f"Must be one of {', '.join(FORMATS)}."]})
    texts = {key: sections.get(key, "").strip() for key in FORMATS[format].keys}
    refuse(_problems(texts) | _strange(patient, session, corrects))
    if corrects is not None:
        Patient.objects.select_for_update(no_key=True).get(id=patient.id)
        if ProgressNote.objects.filter(corrects=corrects).exists():
            raise ConflictError("This note was corrected meanwhile. Read the correction first.")
    return add(
        ProgressNote(
            patient=patient,
            session=session,
            corrects=corrects,
            format=format,
            sections=texts,
            written_by=by,
        )
    )


def _problems(texts: Mapping[str, str]) -> Problems:
    if not any(texts.values()):
        return {"sections": ["Nothing is written yet."]}
    problems = {
        key: [f"Has {len(text)} characters; at most {LONGEST_SECTION} are kept."]
        for key, text in texts.items()
        if len(text) > LONGEST_SECTION
    }
    problems |= {
        key: ["Must not contain the null character."] for key, text in texts.items() if "\0" in text
    }
    return problems


def _strange(
    patient: Patient, session: ListeningSession | None, corrects: ProgressNote | None
) -> Problems:
    problems: Problems = {}
    if session is not None and session.patient_id != patient.id:
        problems["session"] = ["This patient has no such session."]
    if corrects is not None and corrects.patient_id != patient.id:
        problems["corrects"] = ["There is no such note on this patient."]
    return problems
