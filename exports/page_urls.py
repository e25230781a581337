"""Addresses of the staff pages about patients' packages."""

from django.urls import path

from exports import packages_page as pages

urlpatterns = [
    path("patients/<uuid:patient_id>/packages/", pages.packages, name="packages"),
    path(
        "patients/<uuid:patient_id>/packages/<int:version>/<slug:kind>",
        pages.download,
        name="package",
    ),
    path(
        "patients/<uuid:patient_id>/packages/<int:version>/hold/",
        pages.hold,
        name="packages-hold",
    ),
    path("patients/<uuid:patient_id>/packages/end-hold/", pages.end_hold, name="packages-end-hold"),
]
