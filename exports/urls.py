"""Addresses of the models, below api/v1/."""

from django.urls import path

from exports import api

urlpatterns = [
    path("keys", api.Keys.as_view(), name="keys"),
    path("model", api.Model.as_view(), name="model"),
    path("model/file", api.ModelFile.as_view(), name="model-file"),
    path("bases/<str:sha256>", api.BaseFile.as_view(), name="base-file"),
]
