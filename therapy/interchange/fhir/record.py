"""All resources of one patient, checked, a row at a time."""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from therapy.interchange.fhir.answers import answers_resource
from therapy.interchange.fhir.care_plan import care_plan_resources
from therapy.interchange.fhir.checked import checked
from therapy.interchange.fhir.consent import consent_resources
from therapy.interchange.fhir.mood import mood_resource, session_resource
from therapy.interchange.fhir.naming import Resource, reference
from therapy.interchange.fhir.patient import origin_tags, patient_resource
from therapy.interchange.fhir.provenance import Export, provenance_resource
from therapy.interchange.fhir.questionnaire import questionnaire_resource
from therapy.interchange.fhir.scores import score_resources
from therapy.measures.registry import measure
from therapy.people.models import Patient
from therapy.people.selectors import has_ended_care
from therapy.sessions.models import ListeningSession, MeasureResponse, MoodRating

AT_ONCE = 500  # rows
Members = dict[uuid.UUID, list[Resource]]
"""By session, references to what was said in it."""


def lock(patient_id: uuid.UUID) -> Patient:
    """The patient, who is not erased before the transaction ends.

    Raises Patient.DoesNotExist for one who is gone, or is being erased. To be called in a
    transaction.
    """
    found = Patient.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("clinic").get(id=patient_id, erasure=None)


def resources_of(patient: Patient, export: Export, *, notes: bool = False) -> Iterator[Resource]:
    """The patient's resources, what is referred to before what refers to it.

    `notes`: with the free texts of the plans. Raises NotFhir, and CannotDecrypt with notes. To be
    called in a transaction that holds the patient's lock.
    """
    tags = origin_tags(patient)
    about = {"meta": {"tag": tags}} if tags else {}
    exported: list[Resource] = []
    for resource in _all(patient, notes=notes):
        if resource["resourceType"] != "Questionnaire":  # which is nobody's
            resource.update(about)
            exported.append(reference(resource["resourceType"], resource["id"]))
        yield checked(resource)
    yield checked(provenance_resource(patient, export, exported) | about)


def _all(patient: Patient, *, notes: bool) -> Iterator[Resource]:
    """Sessions come last: they refer only to what was read before, though phones go on sending."""
    zone, in_care = ZoneInfo(patient.time_zone), not has_ended_care(patient)
    members: Members = defaultdict(list)
    plans = set()
    yield patient_resource(patient, in_care=in_care)
    yield from consent_resources(patient, zone)
    for plan in care_plan_resources(patient, zone, in_care=in_care, notes=notes):
        plans.add(plan["id"])
        yield plan
    yield from _measures(patient, zone, members)
    yield from _moods(patient, zone, members)
    for session in ListeningSession.objects.filter(patient=patient).iterator(AT_ONCE):
        yield session_resource(
            session,
            zone,
            members=members.get(session.id, ()),
            plan_id=session.plan_id if str(session.plan_id) in plans else None,
        )


def _measures(patient: Patient, zone: ZoneInfo, members: Members) -> Iterator[Resource]:
    forms = set()
    for response in MeasureResponse.objects.filter(patient=patient).iterator(AT_ONCE):
        definition = measure(response.measure, response.version)
        if definition not in forms:
            forms.add(definition)
            yield questionnaire_resource(definition)
        made = [
            answers_resource(response, definition, zone),
            *score_resources(response, definition, zone),
        ]
        if response.session_id is not None:
            members[response.session_id] += [
                reference(one["resourceType"], one["id"]) for one in made
            ]
        yield from made


def _moods(patient: Patient, zone: ZoneInfo, members: Members) -> Iterator[Resource]:
    for rating in MoodRating.objects.filter(patient=patient).iterator(AT_ONCE):
        if rating.session_id is not None:
            members[rating.session_id].append(reference("Observation", rating.id))
        yield mood_resource(rating, zone)
