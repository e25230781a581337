"""What is answered below /api/ where no view of the API answered."""

import json
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from therapy.api.errors import MEDIA_TYPE, Refusal
from therapy.api.problems import kind_of_status


class ProblemsMiddleware:
    """Middleware, the first of all: a refusal below /api/ that has another form, by Django or by
    any middleware, gets the form of all others (`therapy.api.errors`). Its headers stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        status = response.status_code
        if status < 400 or not request.path_info.startswith("/api/"):
            return response
        if response.headers.get("Content-Type") == MEDIA_TYPE or (settings.DEBUG and status >= 500):
            return response
        kind = kind_of_status(status)
        response.status_code = kind.status
        response.content = json.dumps(Refusal(kind, kind.meaning).body).encode()
        response.headers["Content-Type"] = MEDIA_TYPE
        response.headers["Content-Length"] = str(len(response.content))
        return response
