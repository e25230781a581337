"""The patient's app as it is built, against a real gunicorn, in the system's Chromium.

make bench-app. From the tap on "Make my playlist" to the first sound, from a slider to the new
list, the first load on a slow network, and Lighthouse. Prints measured / bar for each, and
beside it, as JSON, what was measured and how busy the machine was: what waits for the processor
takes as long as other work lets it.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
ROUNDS = 7
FASTEST = 1  # times slower than this machine
TAP, LEAN, SHELL = 1_000, 100, 3_000  # ms: the bars
FIRST_LOAD = 5_000_000  # bytes
# Down and up in bits a second and a round trip in seconds: what Lighthouse calls slow 4G, and what
# Chromium's tools call fast 4G.
NETWORKS = {"slow 4G": (1.6e6, 0.75e6, 0.15), "4G": (9e6, 1.5e6, 0.06)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tracks", type=int, nargs="*", default=[1_000, 10_000])
    arguments.add_argument("--without-lighthouse", action="store_true")
    given = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")
    django.setup()
    for tracks in given.tracks:
        with a_clinic(tracks) as clinic:
            measure_sessions(clinic, tracks)
            if tracks == min(given.tracks):
                measure_first_load(clinic)
                if not given.without_lighthouse:
                    measure_lighthouse(clinic)


class Clinic:
    """A server with a seeded clinic."""

    def __init__(self, folder: Path) -> None:
        from tests.installation import Installation

        self.folder = folder
        (folder / "var").mkdir()
        url = f"sqlite:///{folder}/var/attune.sqlite3"
        self.installation = Installation(folder, url, {"ATTUNE_DEBUG": "false"})

    def seed(self, tracks: int) -> None:
        self.installation.manage("migrate", "--verbosity", "0")
        code = f"from benchmarks.app_clinic import seed; seed({tracks})"
        said = self.installation.manage("shell", "--verbosity", "0", "--command", code)
        self.tracks: list[str] = json.loads(said)

    def code(self) -> str:
        return self.installation.manage("pair", "c/P-1").strip()

    @property
    def address(self) -> str:
        return self.installation.address


@contextmanager
def a_clinic(tracks: int) -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder))
        clinic.seed(tracks)
        web = clinic.installation.start_web()
        try:
            yield clinic
        finally:
            web.stop()


def measure_sessions(clinic: Clinic, tracks: int) -> None:
    """Warm: the app is open, and the sound of every track is in its store."""
    from benchmarks.app_clinic import SECONDS
    from benchmarks.app_phone import SLOWER, a_phone

    with tempfile.TemporaryDirectory() as profile, a_phone(Path(profile)) as phone:
        phone.open(clinic.address)
        phone.hold(clinic.tracks, SECONDS)
        phone.connect(clinic.code())
        phone.rest()
        tell_size(f"objects of the page with {tracks} tracks", phone.heap())
        for slower in (FASTEST, SLOWER):
            what = f"{tracks} tracks, processor {slower} times slower"
            taps = [phone.tap(slower, moves=3 + round_) for round_ in range(ROUNDS)]
            tell(f"from the tap to the first sound, {what}", [tap for tap, _ in taps], TAP,
                 model_thread_ms=round(statistics.median(busy for _, busy in taps)))  # fmt: skip
            tell(f"from a slider to the new list, {what}", phone.leans(slower, ROUNDS), LEAN)


def measure_first_load(clinic: Clinic) -> None:
    """With nothing kept, over a slow network, until a session could be made; the sound of tracks is
    on the phone, so that it is not among the bytes."""
    from benchmarks.app_clinic import SECONDS
    from benchmarks.app_phone import SLOWER, a_phone
    from benchmarks.slow_network import Network, behind

    host, port = urlsplit(clinic.address).netloc.split(":")
    for name, (down, up, rtt) in NETWORKS.items():
        network = Network(down, up, rtt)
        with (
            behind(network, host, int(port)) as address,
            tempfile.TemporaryDirectory() as profile,
            a_phone(Path(profile)) as phone,
        ):
            code = clinic.code()
            phone.slow_down(SLOWER)
            start = time.monotonic()
            phone.open(address)
            shown = phone.noted("shown")
            phone.hold(clinic.tracks, SECONDS)
            phone.connect(code)
            seconds = time.monotonic() - start
            received = network.received
        tell(f"until the first screen can be used, {name}, processor {SLOWER} times slower",
             [shown], SHELL)  # fmt: skip
        tell_ratio(f"bytes until a session can be made, {name}", received, FIRST_LOAD,
                   {"bytes": received, "bar_bytes": FIRST_LOAD, "seconds": round(seconds, 1),
                    "tracks": len(clinic.tracks)})  # fmt: skip


def measure_lighthouse(clinic: Clinic) -> None:
    from benchmarks.lighthouse import judged

    bars = {"performance": 90, "accessibility": 100, "best-practices": 100}
    found = judged(f"{clinic.address}/phone/", clinic.folder / "lighthouse.json")
    for name, bar in bars.items():
        tell_ratio(f"Lighthouse, {name}", found["scores"][name] or 0, bar, found | {"bar": bar})


def tell(what: str, times: list[float], bar: int, **more: Any) -> None:
    """Of times in ms the median and the worst."""
    middle, worst = statistics.median(times), max(times)
    details = {
        "median_ms": round(middle),
        "worst_ms": round(worst),
        "bar_ms": bar,
        "of": len(times),
    }
    tell_ratio(what, middle, bar, details | more)


def tell_ratio(what: str, measured: float, bar: float, details: dict[str, Any]) -> None:
    from benchmarks.timing import report

    busy = {"load_average": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
    report(f"{what}, measured / bar", measured / bar, details | busy)


def tell_size(what: str, megabytes: float) -> None:
    print(json.dumps({"what": what, "megabytes": round(megabytes, 1)}))  # noqa: T201


if __name__ == "__main__":
    main()
