"""Addresses of the staff pages."""

from django.urls import path

from therapy.catalogue import pages as catalogue_pages
from therapy.health import healthz
from therapy.people import pages as people_pages

urlpatterns = [
    path("", people_pages.patients, name="patients"),
    path("patients/<uuid:patient_id>/", people_pages.patient, name="patient"),
    path("catalogue/", catalogue_pages.catalogue, name="catalogue"),
    path("catalogue/<uuid:track_id>/audio", catalogue_pages.track_audio, name="track-audio"),
    path("sign-in/", people_pages.SignIn.as_view(), name="sign-in"),
    path("sign-out/", people_pages.SignOut.as_view(), name="sign-out"),
    path("healthz", healthz, name="healthz"),
]
