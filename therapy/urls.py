"""Every address of the site, by room."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from therapy.api.errors import NoSuchAddress

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("therapy.api.urls")),
    path("api/v1/", include("therapy.api.staff_urls")),
    path("api/v1/", include("exports.urls")),
    re_path(r"^api(/|$)", NoSuchAddress.as_view()),
    path("", include("adaptation.urls")),
    path("", include("exports.page_urls")),
    path("", include("therapy.pages.urls")),
]
