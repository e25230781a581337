"""Results on disk, each under a digest of all that it depends on, so that work goes on where it
was stopped and changed code is never reported with an old result."""

import hashlib
import io
import json
import os
import platform
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.ratings import RatingSet

Arrays = Mapping[str, NDArray[Any]]

CODE = Path(__file__).resolve().parent.parent  # adaptation/learning
LIBRARIES = ("numpy", "scipy", "torch", "scikit-learn")


def code_digest(folder: Path = CODE) -> str:
    """Digest of every module of the learners and the harness, of Python and of the libraries."""
    digest = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def data_digest(data: RatingSet) -> str:
    """Digest of everything in the set."""
    digest = hashlib.sha256()
    for each in fields(data):
        value = getattr(data, each.name)
        digest.update(f"{each.name}\n".encode())
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype} {value.shape}\n".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(repr(value).encode())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file all or not at all: under another name first, then renamed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class ResultStore:
    """Arrays by what they are the result of. Every state of the code has a folder of its own."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.code = code_digest()
        self.folder = folder / self.code[:16]
        self.fresh = fresh

    def once(self, parts: Mapping[str, Any], make: Callable[[], Arrays]) -> Arrays:
        """What `make` gave when it was last called for these parts (plain JSON values that say all
        that the result depends on, but for the code), or gives now. `fresh` makes it anew."""
        text = json.dumps(parts, sort_keys=True)
        path = self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.npz"
        kept = None if self.fresh else _read(path)
        if kept is not None:
            return kept
        made = make()
        if code_digest() != self.code:
            return made  # edited since the start: which text made it nobody knows
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **made)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.getvalue())
        return made


def _read(path: Path) -> Arrays | None:
    """What a file holds; None where it is missing or broken, so that it is made again."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
