from typing import Any

import requests
from django.core.management import BaseCommand, CommandError, CommandParser

from exports.simulated_phone import Refused, Server, SimulatedPhone, last_days


class Command(BaseCommand):
    help = (
        "Be the phone of a simulated listener: sit and listen, rate, and send everything to a "
        "server through the phone API."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", required=True, metavar="URL")
        parser.add_argument("--token", required=True, help="of the device; see issue_device_token")
        parser.add_argument("--sittings", type=int, default=1, help="one a day, the last one today")
        parser.add_argument("--tracks", type=int, help="a sitting; by default the plan's number")
        parser.add_argument("--seed", type=int, default=0, help="who the listener is")

    def handle(self, **options: Any) -> None:
        server = Server(options["server"], options["token"])
        try:
            phone = SimulatedPhone(server, seed=options["seed"])
            for at in last_days(options["sittings"]):
                sitting = phone.sit(at, tracks=options["tracks"])
                chosen = f"model version {sitting.by_model}" if sitting.by_model else "chance"
                self.stdout.write(
                    f"{at:%a %d %b}: {sitting.tracks} tracks chosen by {chosen}, "
                    f"{sitting.tracks} track ratings and {sitting.tracks + 1} mood ratings sent"
                )
        except (Refused, requests.RequestException) as problem:
            raise CommandError(str(problem)) from problem
