from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.db.models import Count

from worker.jobs import retry_failed
from worker.models import Job


class Command(BaseCommand):
    help = "Say how the background work stands, and try again what failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--retry", action="store_true", help="ask again for what failed")

    def handle(self, **options: Any) -> None:
        states = Job.objects.values_list("state").annotate(count=Count("id")).order_by("state")
        self.stdout.write(", ".join(f"{count} {state}" for state, count in states) or "No jobs.")
        for job in Job.objects.filter(state=Job.State.FAILED).order_by("finished_at"):
            self.stdout.write(f"failed {job.finished_at:%Y-%m-%d %H:%M} {job.key}: {job.error}")
        if options["retry"]:
            self.stdout.write(f"{retry_failed()} asked for again.")
