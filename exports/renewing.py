"""Having signed again what phones will soon refuse."""

from django.db import transaction

from adaptation.asking import ask_for_exports
from exports import selectors
from therapy.models import Clinic


def ask_for_renewals() -> None:
    """Have every clinic's records signed again that run out soon, or whose key signs no more."""
    for clinic in Clinic.objects.all():
        if selectors.due(clinic).exists():
            with transaction.atomic():
                ask_for_exports(clinic)
