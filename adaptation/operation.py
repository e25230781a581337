"""Bases on the operator's pages."""

from adaptation.models import BaseModel
from therapy.operation.reading import ReadOnly
from therapy.operation.site import site


class BaseModelAdmin(ReadOnly):
    """Releases, by `manage.py meta_train` and `release_base`."""

    list_display = ("name", "version", "learner", "trained_on", "simulated", "created_at")
    list_filter = ("learner", "simulated")


def register() -> None:
    site.register(BaseModel, BaseModelAdmin)
