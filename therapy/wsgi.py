"""WSGI entry point: `gunicorn therapy.wsgi`."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from gunicorn.errors import AppImportError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    raise AppImportError(str(problem)) from problem  # gunicorn says it and ends, no traceback
