"""What therapy itself puts on the operator's pages."""

from therapy.operation import accounts, clinics, jobs
from therapy.operation.site import site


def register() -> None:
    for registered in (clinics.REGISTERED, accounts.REGISTERED, jobs.REGISTERED):
        for model, pages in registered.items():
            site.register(model, pages)
