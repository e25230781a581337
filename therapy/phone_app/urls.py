"""Addresses of the patient's app."""

from django.urls import path

from therapy.phone_app import views

urlpatterns = [
    path("pair", views.pair, name="pair"),
    path("phone/", views.page, name="phone"),
    path("phone/sw.js", views.service_worker, name="phone-service-worker"),
    path("phone/manifest.webmanifest", views.manifest, name="phone-manifest"),
]
