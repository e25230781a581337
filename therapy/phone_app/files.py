"""The files of the patient's app that are not pages: beside the site's own static files, and by the
same means, but below /phone/.

They are not collected with those. A thread of the app whose script lay below /static/ would be out
of the service worker's reach, and the model would not start offline (docs/phone-app.md).
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from therapy.phone_app.headers import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY

PREFIX = "/phone/"
NAMED_BY_CONTENT = "assets"
FOLDERS = (NAMED_BY_CONTENT, "icons", "about")


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # has no types
    """The site's static files, and the app's."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        for folder in FOLDERS:
            if (built := Path(settings.PHONE_APP) / folder).is_dir():
                self.add_files(built, prefix=f"{PREFIX}{folder}/")

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponseBase:
        """As whitenoise does; and what the policy of the app is. It stands on a 304 too: a browser
        takes the headers of that for those of what it kept, and would go by the site's policy."""
        answer: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
        if request.path.startswith(PREFIX):
            answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            answer.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return answer

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether what is at this address never changes."""
        of_app = url.startswith(f"{PREFIX}{NAMED_BY_CONTENT}/")
        return of_app or bool(super().immutable_file_test(path, url))
