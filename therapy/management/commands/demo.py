import os
import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from therapy.demonstration import story
from therapy.demonstration.clinic import logins
from therapy.demonstration.servers import DidNotStart, PortTaken, Running, choose_port, running
from therapy.management.arguments import whole_number


class Command(BaseCommand):
    help = (
        "Show the main job end to end with simulated listeners: music, base, ratings, adapted "
        "model, ONNX and Core ML, playlist. Then serve the site."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop after the main job")
        parser.add_argument(
            "--port",
            type=whole_number(1, 65535),
            default=os.environ.get("PORT") or None,  # a text is parsed as one that was typed
            help="else PORT of the environment, else 8000 or, where that is taken, any",
        )

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration makes simulated patients: not in production.")
        try:
            port = choose_port(options["port"], self._say)
        except PortTaken as taken:
            raise CommandError(str(taken)) from taken
        # Being told to end must end the web server and the worker, too.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Told to end."))
        self._say("Bringing the database up to date.")
        call_command("migrate", verbosity=0)
        patients = story.prepare(self._say)
        try:
            with running(port) as site:
                story.rate(patients, site, self._say)
                story.show(patients[0], site, self._say)
                self._say("\nThe main job is done.")
                if options["no_serve"]:
                    self._say(
                        "`make demo` goes on to serve the site and prints its logins. `make serve`"
                    )
                    self._say("serves it too, and asks everyone to set up a second factor.")
                else:
                    self._serve(site)
        except (DidNotStart, story.Stuck) as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            self._say("\nStopped.")

    def _serve(self, site: Running) -> None:
        self._say(f"\nThe site is at {site.address}/ and the phone API's pages at")
        self._say(f"{site.address}/api/v1/docs/. Sign in as")
        for login in logins():
            self._say(f"   {login.role}: {login.email}   password {login.password}")
        self._say(f"The patient's app is at {site.address}/phone/; a patient's page connects it.")
        self._say(f"The operator's pages are at {site.address}/operation/.")
        self._say("The demonstration asks for no second factor; `make serve` does.")
        self._say("Ctrl-C stops it.")
        while not site.ended():
            time.sleep(1)
        raise CommandError(f"The {site.ended()} process ended.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
