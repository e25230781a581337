"""A base's graphs in every format, as files and as things that can be run off-Mac."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from exports.conversion import to_coreml, to_onnx
from exports.graphs import GraphSpec, Inputs
from exports.mil import Program
from exports.models import Graph
from exports.onnx_runtime import onnx_runner
from exports.packages import (
    GRAPH_FORMATS,
    folder_entries,
    read_archive,
    write_archive,
    write_folder,
)


@dataclass(frozen=True)
class Converted:
    """A graph in one format. `content`: an ONNX model, or the archive of an `.mlpackage`."""

    name: str
    format: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def entries(self) -> dict[str, bytes]:
        """Its files in a package, by path."""
        if self.format == "onnx":
            return {f"{self.name}.onnx": self.content}
        precision = self.format.removeprefix("coreml-")
        folder = f"{self.name}-{precision}.mlpackage"
        return {f"{folder}/{path}": part for path, part in read_archive(self.content).items()}

    def run(self, inputs: Inputs) -> dict[str, NDArray[Any]]:
        """Run it here: by ONNX Runtime, or by our reader of Core ML programs."""
        return _runner(self)(inputs)


def read(graph: Graph) -> Converted:
    """A graph that was converted before, from its file."""
    with graph.file.open() as content:
        return Converted(graph.name, graph.format, content.read())


def convert(graph: GraphSpec) -> Iterator[Converted]:
    """The graph in each of its formats, one after the other: seconds each."""
    for name in GRAPH_FORMATS[graph.name]:
        yield Converted(graph.name, name, _content(graph, name))


def _content(graph: GraphSpec, name: str) -> bytes:
    if name == "onnx":
        return to_onnx(graph)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / f"{graph.name}.mlpackage"
        to_coreml(graph, package, "float16" if name == "coreml-float16" else "float32")
        return write_archive(folder_entries(package))


@lru_cache(maxsize=16)
def _runner(converted: Converted) -> Callable[[Inputs], dict[str, NDArray[Any]]]:
    if converted.format == "onnx":
        return onnx_runner(converted.content)
    with tempfile.TemporaryDirectory() as folder:
        write_folder(read_archive(converted.content), Path(folder))
        return Program.read(Path(folder)).run
