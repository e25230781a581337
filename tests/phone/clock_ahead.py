"""The web server with its clock put ahead: `python -m tests.phone.clock_ahead SECONDS …`, where
what follows is what gunicorn takes. Nothing but the clock that Python reads is another."""

import sys
import time
from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from gunicorn.app.wsgiapp import run


def put_ahead(seconds: float) -> None:
    """What Django and gunicorn take the time from shows so much more."""
    as_it_is = time.time
    now = timezone.now

    def ahead(tz: tzinfo | None = None) -> datetime:
        return now() + timedelta(seconds=seconds)

    time.time = lambda: as_it_is() + seconds
    timezone.now = ahead


if __name__ == "__main__":
    put_ahead(float(sys.argv.pop(1)))
    run()
