"""The API's own description, for programs and for people."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from therapy.access.doors import OPEN, open_to_all

schema = open_to_all(SpectacularAPIView.as_view())


# Swagger UI writes style elements into its page. Scripts stay ours alone: the split view serves
# the page's own script from an address of this site.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The description as a page to read and to try calls from; asks no other host for anything."""

    door = OPEN
    url_name = "api:schema"
    title = "Attune API"
