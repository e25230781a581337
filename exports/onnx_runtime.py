"""ONNX Runtime as phones use it: one thread, no word unless something is wrong."""

from collections.abc import Callable, Mapping
from typing import Any

import onnxruntime
from numpy.typing import NDArray

ERRORS_ONLY = 3

Run = Callable[[Mapping[str, NDArray[Any]]], dict[str, NDArray[Any]]]


def onnx_runner(model: bytes) -> Run:
    """A function from inputs to outputs, both by name. Raises ValueError for bytes that are no
    ONNX model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # the runtime's many errors have no base of their own
        raise ValueError(f"not an ONNX model that this runtime reads: {problem}") from problem
    names = [output.name for output in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(None, dict(inputs)), strict=True))
