"""Playlists and adapting in a phone's browser, in the system's Chromium, against ONNX Runtime here.

make bench-phone. The times are those that the app waits: through the model's thread and back, with
WebAssembly on one thread. Prints browser / native, and the bars of the phone beside the times.
"""

import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "therapy.settings")
    django.setup()
    from benchmarks.in_a_browser import measure

    measure()


if __name__ == "__main__":
    main()
