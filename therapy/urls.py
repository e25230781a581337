"""Every address of the site, by room."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from therapy.access.doors import OPERATOR, behind
from therapy.api.errors import NoSuchAddress
from therapy.operation.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("therapy.api.urls")),
    path("api/v1/", include("therapy.api.staff_urls")),
    path("api/v1/", include("exports.urls")),
    re_path(r"^api(/|$)", NoSuchAddress.as_view()),
    path("", include("adaptation.urls")),
    path("", include("exports.page_urls")),
    path("operation/", include((behind(OPERATOR, site.get_urls()), "admin"), namespace=site.name)),
    path("", include("therapy.phone_app.urls")),
    path("", include("therapy.pages.urls")),
]
