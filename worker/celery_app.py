"""The Celery application: `celery -A worker.celery_app worker`."""

import os

from celery import Celery

from worker.schedule import timetable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")

app = Celery("attune", include=["worker.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = timetable()
# The request that asks for work does not wait for a broker that is down or silent (kombu's own
# way is to sleep 2 s and 4 s and try again): the job is in the ledger, and the sweeper sends it.
app.conf.broker_transport_options = app.conf.broker_transport_options | {
    "max_retries": 0,
    "socket_connect_timeout": 2,  # seconds, as is the next; Redis only
    "socket_timeout": 5,
}
