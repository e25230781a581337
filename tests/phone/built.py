"""The app as it is built, and a page in its place that tests call (phone/tests/offline)."""

import os
import subprocess
from pathlib import Path

from tests.needs import ROOT

CONFIG = "tests/offline/vite.config.ts"


def build_page(folder: Path, version: str) -> Path:
    """The page of phone/tests/offline as the app of this version, in `folder`."""
    _build(folder, "--config", CONFIG, APP_VERSION=version)
    return folder


def build_app(folder: Path) -> Path:
    """The app itself, in `folder`."""
    _build(folder, "--logLevel", "warn")
    return folder


def _build(folder: Path, *options: str, **environment: str) -> None:
    subprocess.run(
        [
            *(ROOT / "phone/npm.sh", "exec", "--silent", "--", "vite", "build"),
            *(*options, "--outDir", folder, "--emptyOutDir"),
        ],
        env=os.environ | environment,
        check=True,
    )
