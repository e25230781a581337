"""Who it is about: a code, and nothing that tells a person."""

from therapy.interchange.fhir.naming import TERMINOLOGY, Resource, address, local_coding
from therapy.people.models import Patient

TEST_DATA = {
    "system": f"{TERMINOLOGY}/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}


def patient_resource(patient: Patient, *, in_care: bool) -> Resource:
    """Without name, birth date and sex, which are not known here."""
    return {
        "resourceType": "Patient",
        "id": str(patient.id),
        "identifier": [
            {
                "use": "secondary",
                "system": address("clinics", patient.clinic.slug, "patient-codes"),
                "value": patient.code,
            }
        ],
        "active": in_care,
        "managingOrganization": {"display": patient.clinic.name},
    }


def origin_tags(patient: Patient) -> list[Resource]:
    """For every resource of the patient: nobody should take a simulated listener for a person."""
    if patient.origin == Patient.Origin.SIMULATED:
        return [TEST_DATA, local_coding("simulated", "Simulated listener, not a person")]
    if patient.origin == Patient.Origin.RESEARCH:
        return [local_coding("research", "Research data, not of this clinic's care")]
    return []
