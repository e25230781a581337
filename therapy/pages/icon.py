"""The site's mark, where browsers ask for it without being told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from therapy.access.doors import open_to_all


@open_to_all
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """To the mark; for pages that do not name it, such as the operator's and the API's."""
    return redirect(static("therapy/mark.svg"))
