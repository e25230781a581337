"""The Celery application: `celery -A worker.celery_app worker`."""

import os
import sys
from typing import Any

from celery import Celery, Task
from django.core.exceptions import ImproperlyConfigured
from django_scopes import scopes_disabled

from worker.schedule import timetable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")


class OutsideAllWalls(Task[Any, Any]):
    """A task sees every clinic: what it works on was named by someone who might ask for it."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with scopes_disabled():
            return super().__call__(*args, **kwargs)


app = Celery("attune", include=["worker.tasks"], task_cls=OutsideAllWalls)
app.config_from_object("django.conf:settings", namespace="CELERY")
try:
    app.conf.beat_schedule = timetable()
except ImproperlyConfigured as problem:  # a worker that starts; a web server would have ended
    sys.exit(str(problem))
# The request that asks for work does not wait for a broker that is down or silent (kombu's own
# way is to sleep 2 s and 4 s and try again): the job is in the ledger, and the sweeper sends it.
app.conf.broker_transport_options = app.conf.broker_transport_options | {
    "max_retries": 0,
    "socket_connect_timeout": 2,  # seconds, as is the next; Redis only
    "socket_timeout": 5,
}
