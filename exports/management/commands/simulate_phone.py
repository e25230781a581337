from typing import Any

import requests
from django.core.management import BaseCommand, CommandError, CommandParser

from exports.phone_server import Refused, Server
from exports.signing.payloads import BadMessage
from exports.simulated_phone import SimulatedPhone, last_days
from therapy.management.arguments import whole_number
from therapy.plans.models import MOST_TRACKS


class Command(BaseCommand):
    help = (
        "Be the phone of a simulated listener: sit and listen, rate, and send everything to a "
        "server through the phone API."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", required=True, metavar="URL")
        parser.add_argument("--token", required=True, help="of the device; see issue_device_token")
        parser.add_argument(
            "--sittings", type=whole_number(1), default=1, help="one a day, the last one today"
        )
        parser.add_argument(
            "--tracks",
            type=whole_number(1, MOST_TRACKS),
            help="a sitting; by default the plan's number",
        )
        parser.add_argument("--seed", type=whole_number(0), default=0, help="who the listener is")

    def handle(self, **options: Any) -> None:
        server = Server(options["server"], options["token"])
        try:
            phone = SimulatedPhone(server, seed=options["seed"])
            for at in last_days(options["sittings"]):
                sitting = phone.sit(at, tracks=options["tracks"])
                chosen = f"model version {sitting.by_model}" if sitting.by_model else "chance"
                self.stdout.write(
                    f"   {at:%a %d %b}: {sitting.tracks} tracks chosen by {chosen}, "
                    f"{sitting.tracks} track ratings and {sitting.tracks + 1} mood ratings sent"
                )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except BadMessage as refused:
            raise CommandError(f"The phone refused its model. {refused}") from refused
        except requests.ConnectionError as nobody:
            raise CommandError(f"No server answers at {server.address}.") from nobody
        except requests.RequestException as problem:
            raise CommandError(f"{server.address}: {problem}") from problem
