"""ZIP archives whose bytes hang on their content alone: entries are sorted and carry no times."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

COREML_MANIFEST: Final = "Manifest.json"
COREML_MODEL: Final = "Data/com.apple.CoreML/model.mlmodel"
"""Where an `.mlpackage` has its list of parts and its program."""

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def write_archive(entries: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    """A ZIP archive of the entries by path; the same entries give the same bytes."""
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), entries[name], method)
    return content.getvalue()


def read_archive(content: bytes) -> dict[str, bytes]:
    """The entries of an archive by path."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def folder_entries(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_folder(entries: Mapping[str, bytes], folder: Path) -> None:
    """Put entries back as the files below a folder."""
    for name, content in entries.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
