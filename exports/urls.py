"""Addresses of the model packages, below api/v1/."""

from django.urls import path

from exports.api import Model

urlpatterns = [
    path("model", Model.as_view(), name="model"),
]
