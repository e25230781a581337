"""Addresses of the staff pages."""

from django.urls import path

from therapy.pages import catalogue, patients, phones, sign_in
from therapy.pages.health import healthz

urlpatterns = [
    path("", patients.patients, name="patients"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/phones/codes/", phones.make_code, name="pair-phone"),
    path(
        "patients/<uuid:patient_id>/phones/codes/<uuid:code_id>/",
        phones.code_page,
        name="pairing-code",
    ),
    path(
        "patients/<uuid:patient_id>/phones/codes/<uuid:code_id>/end/",
        phones.end_code,
        name="end-pairing-code",
    ),
    path(
        "patients/<uuid:patient_id>/phones/<uuid:phone_id>/end/",
        phones.end_access,
        name="end-phone",
    ),
    path("pair", phones.pair, name="pair"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<uuid:track_id>/audio", catalogue.track_audio, name="track-audio"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("healthz", healthz, name="healthz"),
]
