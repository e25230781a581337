"""The only reader of session plans."""

from therapy.people.models import Patient
from therapy.plans.models import SessionPlan


def current_plan(patient: Patient) -> SessionPlan | None:
    """The version in force, with `never_tracks` at hand, or None while nothing is prescribed.

    Two queries.
    """
    return (
        SessionPlan.objects.filter(patient=patient)
        .prefetch_related("never_tracks")
        .order_by("-version")
        .first()
    )
