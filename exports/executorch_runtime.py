"""ExecuTorch: the graphs as `.pte` programs, beside ONNX and Core ML.

An option: it needs the package `executorch`, which is not among the requirements. Programs use
the portable kernels, which every build of the runtime has. Their memory is planned beforehand, for
the largest catalogue that they shall ever get.
"""

import importlib
import importlib.util
import warnings
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from exports.conversion import TYPICAL_TRACKS, quietly
from exports.graphs import TRACKS, GraphSpec, Port
from exports.onnx_runtime import Run

MOST_TRACKS_PLANNED: Final = 100_000
"""N at most. A playlist program takes some 1.1 kB of memory for each, whatever N it then gets."""


class ExecuTorchMissing(Exception):
    """The package `executorch` is not installed."""


def executorch_installed() -> bool:
    return importlib.util.find_spec("executorch") is not None


def to_pte(graph: GraphSpec, *, most_tracks: int = MOST_TRACKS_PLANNED) -> bytes:
    """The graph as an ExecuTorch program for 1 to `most_tracks` tracks. Its inputs and outputs are
    in the graph's order, for a program knows no names. Raises ExecuTorchMissing."""
    exir = _part("exir")
    inputs = graph.sample(TYPICAL_TRACKS, np.random.default_rng(0))
    free = torch.export.Dim(TRACKS, min=1, max=most_tracks)
    with quietly(), torch.no_grad():
        exported = torch.export.export(
            _Plain(graph.module),
            tuple(torch.from_numpy(inputs[port.name]) for port in graph.inputs),
            dynamic_shapes=(tuple(_free_axes(port, free) for port in graph.inputs),),
        )
        return bytes(exir.to_edge_transform_and_lower(exported).to_executorch().buffer)


def pte_runner(graph: GraphSpec, content: bytes) -> Run:
    """A function from inputs to outputs in one thread, both by name: those of the graph that the
    program was made of. Raises ExecuTorchMissing, and ValueError for bytes that are no program; the
    function raises RuntimeError for more tracks than were planned for."""
    _part("extension.pybindings.portable_lib")._unsafe_reset_threadpool(1)  # for all programs
    runtime = _part("runtime").Runtime.get()
    try:
        method = runtime.load_program(content).load_method("forward")
    except RuntimeError as problem:
        raise ValueError(f"not an ExecuTorch program that runs here: {problem}") from problem

    def run(inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        values = method.execute([torch.from_numpy(inputs[port.name]) for port in graph.inputs])
        return {port.name: value.numpy() for port, value in zip(graph.outputs, values, strict=True)}

    return run


class _Plain(nn.Module):
    """A graph whose outputs are a plain tuple: a program cannot be made of a named one."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.module(*inputs)
        return tuple(outputs) if isinstance(outputs, tuple) else (outputs,)


def _free_axes(port: Port, free: Any) -> dict[int, Any]:
    return {axis: free for axis, size in enumerate(port.shape) if size == TRACKS}


def _part(name: str) -> Any:
    """A module of the package."""
    if not executorch_installed():
        raise ExecuTorchMissing(
            "ExecuTorch is not installed here. Without it there are ONNX and Core ML; "
            "`pip install executorch==1.5.1` adds it."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what its own dependencies find outdated
        return importlib.import_module(f"executorch.{name}")
