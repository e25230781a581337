"""What `manage.py check --deploy` says of the patient's app."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from therapy.phone_app.views import is_built


@register(Tags.staticfiles, deploy=True)
def app_is_built(**_: Any) -> list[CheckMessage]:
    """A clinic whose phones are all native apps may do without."""
    if is_built():
        return []
    hint = "`make setup` builds it; ATTUNE_PHONE_APP names another folder (docs/phone-app.md)."
    return [Warning("The patient's app is not built.", hint=hint, id="therapy.W001")]
