"""The package file: what a phone downloads once for every version of a patient's model.

A ZIP archive with

    manifest.json   what it is, and the names, shapes and order of everything in it
    vector.f32      the patient vector, D little-endian 32-bit floats
    items.f32       what the base learned of single tracks, rows of little-endian 32-bit floats
    adapt.onnx, playlist.onnx                           in an ONNX package
    adapt-float32.mlpackage/…, playlist-float32.mlpackage/…,
    playlist-float16.mlpackage/…                        in a Core ML package

It says nothing of the patient but the vector. Equal content is equal bytes: entries are sorted and
carry no times.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "attune-package-2"

GRAPH_FORMATS: Final = {
    "adapt": ("onnx", "coreml-float32"),
    "playlist": ("onnx", "coreml-float32", "coreml-float16"),
}
"""Which formats a graph is delivered in. Adapting a belief in 16-bit floats would lose it."""

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def write_archive(entries: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of the entries by path; the same entries give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), entries[name], zipfile.ZIP_DEFLATED)
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


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
