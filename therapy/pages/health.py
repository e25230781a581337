"""`/healthz`: what a monitor asks. Needs no sign-in and tells nothing about anyone."""

from django.db import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from therapy.access.doors import open_to_all
from therapy.pages.work import overdue
from worker.models import Job


@require_safe
@never_cache
@open_to_all
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when the database does not answer; jobs that wait too long are counted, not fatal:
    taking the web server away would not make a worker start."""
    try:
        waiting = Job.objects.filter(overdue()).count()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    return JsonResponse(
        {
            "status": "late" if waiting else "ok",
            "database": "reachable",
            "jobs_waiting_over_5_minutes": waiting,
        }
    )
