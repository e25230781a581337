"""A base's graphs in every format, as files and as things that can be run off-Mac."""

import hashlib
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from exports.archives import folder_entries, read_archive, write_archive, write_folder
from exports.conversion import to_coreml, to_onnx
from exports.graphs import GraphSpec, Inputs
from exports.mil import Program
from exports.onnx_runtime import Run, onnx_runner


@dataclass(frozen=True)
class Converted:
    """A graph in one format. `content`: an ONNX model, or the archive of an `.mlpackage`."""

    name: str
    format: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def path(self) -> str:
        """Its file or folder in a bundle."""
        if self.format == "onnx":
            return f"{self.name}.onnx"
        return f"{self.name}-{self.format.removeprefix('coreml-')}.mlpackage"

    def entries(self) -> dict[str, bytes]:
        """Its files in a bundle, by path."""
        if self.format == "onnx":
            return {self.path: self.content}
        return {f"{self.path}/{part}": kept for part, kept in read_archive(self.content).items()}

    def run(self, inputs: Inputs) -> dict[str, NDArray[Any]]:
        """Run it here: by ONNX Runtime, or by our reader of Core ML programs."""
        return _runner(self)(inputs)


def convert(graph: GraphSpec, name: str) -> Converted:
    """The graph in one of its formats: seconds."""
    if name == "onnx":
        return Converted(graph.name, name, to_onnx(graph))
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / f"{graph.name}.mlpackage"
        to_coreml(graph, package, "float16" if name == "coreml-float16" else "float32")
        return Converted(graph.name, name, write_archive(folder_entries(package)))


def runner_of(kind: str, content: bytes) -> Run:
    """A function that runs an ONNX model, or the archive of an `.mlpackage`, here: by ONNX Runtime,
    or by our reader of Core ML programs."""
    if kind == "onnx":
        return onnx_runner(content)
    with tempfile.TemporaryDirectory() as folder:
        write_folder(read_archive(content), Path(folder))
        return Program.read(Path(folder)).run


@lru_cache(maxsize=16)
def _runner(converted: Converted) -> Run:
    return runner_of("onnx" if converted.format == "onnx" else "coreml", converted.content)
