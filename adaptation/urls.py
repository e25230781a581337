"""Addresses of the staff pages about released bases."""

from django.urls import path

from adaptation import cards

urlpatterns = [
    path("bases/<slug:name>/<int:version>/", cards.base_card, name="base-card"),
]
