"""Work outside requests: what waits, runs and failed, and trying again."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from therapy.operation.reading import ReadOnly
from worker.jobs import retry_failed
from worker.models import Job


class JobAdmin(ReadOnly):
    """The job ledger. Arguments are ids, so nothing here says anything of a patient."""

    list_display = ("kind", "state", "progress_shown", "attempts", "created_at", "finished_at")
    list_filter = ("state", "kind")
    search_fields = ("key",)
    ordering = ("-created_at",)
    actions = ("try_again",)

    def progress_shown(self, job: Job) -> str:
        return f"{job.progress:.0%} {job.note}".strip()

    progress_shown.short_description = "progress"  # type: ignore[attr-defined]

    @admin.action(description="Try failed ones again")
    def try_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        with transaction.atomic():
            number = retry_failed(only=[job.id for job in jobs])
        messages.success(request, f"{number} of those chosen had failed and will be tried again.")


REGISTERED = {Job: JobAdmin}
