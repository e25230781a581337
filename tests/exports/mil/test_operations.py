"""Every MIL operation of our reader, against coremltools' own value inference."""

from pathlib import Path
from typing import Any

import coremltools
import numpy as np
import pytest
from coremltools.converters.mil import Builder
from numpy.typing import NDArray

from exports.archives import read_archive, write_folder
from exports.mil import Program
from exports.mil.operations import OPERATIONS
from exports.palettised import palettise
from tests.trained import Graphs

Arguments = dict[str, Any]

_generator = np.random.default_rng(1)


def some(*shape: int) -> NDArray[np.float32]:
    return _generator.normal(size=shape).astype(np.float32)


X, Y = some(3, 4), some(3, 4)
ROW, CUBE = some(4), some(2, 3, 4)
TIED = np.array([[1, 3, 3], [2, 2, 2], [-1, -5, -1]], np.float32)
PLACES = np.array([0, 255, 7, 7, 128, 3], np.uint8)  # in a table of 256 values
PAIRS: list[Arguments] = [
    {"x": X, "y": Y},
    {"x": CUBE, "y": ROW},
    {"x": X, "y": np.float32(0.5)},
    {"x": X.astype(np.float16), "y": Y.astype(np.float16)},
]
EQUAL: list[Arguments] = [{"x": X, "y": X}, {"x": TIED, "y": np.float32(3)}]

CASES: dict[str, list[Arguments]] = {
    **dict.fromkeys(("add", "sub", "mul", "real_div", "maximum", "minimum"), PAIRS),
    **dict.fromkeys(("greater", "less", "equal"), PAIRS + EQUAL),
    "select": [
        {"cond": X > 0, "a": X, "b": Y},
        {"cond": X > 0, "a": X.astype(np.float16), "b": Y.astype(np.float16)},
    ],
    "clip": [
        {"x": X, "alpha": np.float32(-0.5), "beta": np.float32(0.5)},
        {"x": X, "alpha": np.float32(0.01), "beta": np.float32(3e38)},
    ],
    "sqrt": [{"x": np.abs(X)}, {"x": np.zeros(3, np.float32)}],
    "exp": [{"x": X}, {"x": np.float32([-200, -1, 0, 80])}],
    "log": [{"x": np.abs(X) + 0.1}, {"x": np.abs(X), "epsilon": np.float32(0.1)}],
    "cast": [
        *({"x": 3 * X, "dtype": kind} for kind in ("int32", "fp32", "bool")),
        {"x": np.array([1, 0, -7], np.int32), "dtype": "fp32"},
        {"x": X > 0, "dtype": "fp32"},
        {"x": X > 0, "dtype": "int32"},
        {"x": X, "dtype": "fp16"},
        {"x": X.astype(np.float16), "dtype": "fp32"},
    ],
    "fill_like": [{"ref_tensor": X, "value": np.float32(2.5)}],
    "constexpr_lut_to_dense": [
        {"indices": PLACES, "lut": some(256), "shape": np.array(shape, np.uint32)}
        for shape in ((6,), (2, 3), (1, 3, 2))
    ]
    + [
        {
            "indices": PLACES,
            "lut": some(256).astype(np.float16),
            "shape": np.array([3, 2], np.uint32),
        }
    ],
    "reduce_sum": [
        {"x": CUBE, "axes": [1], "keep_dims": True},
        {"x": CUBE, "axes": [0, 2], "keep_dims": False},
        {"x": CUBE, "axes": [-1], "keep_dims": False},
        {"x": CUBE, "keep_dims": False},
    ],
    "reduce_max": [
        {"x": CUBE, "axes": [1], "keep_dims": True},
        {"x": CUBE, "axes": [-1, 0], "keep_dims": False},
        {"x": CUBE, "keep_dims": False},
    ],
    "reduce_argmax": [
        {"x": X, "axis": 0, "keep_dims": False},
        {"x": X, "axis": -1, "keep_dims": True},
        {"x": TIED, "axis": 1, "keep_dims": False},  # of equals, the first
    ],
    "matmul": [
        {"x": X, "y": Y, "transpose_y": True},
        {"x": X, "y": Y, "transpose_x": True},
        {"x": CUBE, "y": some(2, 4, 5)},
        {"x": X, "y": some(4, 2)},
    ],
    "linear": [{"x": X, "weight": some(5, 4), "bias": some(5)}],
    "reshape": [{"x": X, "shape": [2, 6]}, {"x": CUBE, "shape": [-1, 4]}],
    "expand_dims": [{"x": X, "axes": [0, 2]}, {"x": ROW, "axes": [-1]}],
    "squeeze": [{"x": X[None], "axes": [0]}, {"x": X[:, None, :, None], "axes": [1, -1]}],
    "tile": [{"x": X, "reps": [2, 1]}, {"x": X, "reps": [2, 3]}],
    "concat": [{"values": [X, Y], "axis": 1}, {"values": [CUBE, some(2, 3, 1)], "axis": -1}],
    "stack": [{"values": [X, Y], "axis": 0}, {"values": [X, Y, X], "axis": -1}],
    "gather": [
        {"x": X, "indices": np.array([2, 0, 2], np.int32), "axis": 0},
        {"x": CUBE, "indices": np.array([3, 1], np.int32), "axis": -1},
        {"x": ROW, "indices": np.int32(2), "axis": 0},
    ],
    "scatter_along_axis": [
        {
            "data": X,
            "indices": np.array([[2, 0, 1, 1]], np.int32),
            "updates": np.ones((1, 4), np.float32),
            "axis": 0,
            "mode": "update",
        },
        {
            "data": ROW,
            "indices": np.array([3], np.int32),
            "updates": np.zeros(1, np.float32),
            "axis": 0,
            "mode": "update",
        },
    ],
    "slice_by_index": [
        {"x": X, "begin": [0, 1], "end": [2, 3]},
        {"x": X, "begin": [0, 1], "end": [0, 0], "end_mask": [True, True]},
        {"x": X, "begin": [2, 3], "end": [3, 4], "begin_mask": [True, False]},
        {"x": CUBE, "begin": [0, 0, 0], "end": [2, 3, 4], "stride": [1, 2, 3]},
        {"x": CUBE, "begin": [1, 0, 0], "end": [2, 3, 4], "squeeze_mask": [True, False, False]},
        {"x": X, "begin": [-2, -3], "end": [-1, -1]},
        {"x": ROW, "begin": [1], "end": [2], "squeeze_mask": [True]},
    ],
}


def plain(argument: Any) -> Any:
    """An operation's argument as our reader gets it: an array, a list of them or a word."""
    if isinstance(argument, list | tuple):
        return [plain(one) for one in argument]
    value = argument.val
    return value if isinstance(value, str) else np.asarray(value)


def inferred(name: str, arguments: Arguments) -> tuple[dict[str, Any], Any]:
    """What coremltools passes to the operation, defaults filled in, and what it says comes out."""
    found: list[tuple[dict[str, Any], Any]] = []

    @Builder.program(input_specs=[], opset_version=coremltools.target.iOS16)
    def program() -> Any:
        given = {
            parameter: [Builder.const(val=one) for one in value] if parameter == "values" else value
            for parameter, value in arguments.items()
        }
        result = getattr(Builder, name)(**given)
        inputs = {key: plain(one) for key, one in result.op.inputs.items() if one is not None}
        unpacks = name.startswith("constexpr_")  # infers its value only when asked to
        value = result.op.materialized_val_inference() if unpacks else result.val
        found.append((inputs, value))
        return result

    return found[0]


def test_every_operation_of_the_reader_is_checked_here() -> None:
    assert set(CASES) == set(OPERATIONS)


def test_every_operation_of_our_graphs_is_checked_here_and_no_other(
    graphs: Graphs, tmp_path: Path
) -> None:
    used: set[str] = set()
    for (name, form), graph in graphs.items():
        if not form.startswith("coreml"):
            continue
        package = tmp_path / f"{name}-{form}.mlpackage"
        write_folder(read_archive(graph.content), package)
        small = tmp_path / f"{name}-{form}-palettised.mlpackage"
        palettise(package, small)
        for written in (package, small):
            used |= {step.operation for step in Program.read(written).steps}
    assert used == set(CASES)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param(name, arguments, id=f"{name}-{number}")
        for name, cases in CASES.items()
        for number, arguments in enumerate(cases)
    ],
)
def test_an_operation_is_what_coremltools_says(name: str, arguments: Arguments) -> None:
    inputs, expected = inferred(name, arguments)
    result = OPERATIONS[name](**inputs)
    assert expected is not None
    assert np.shape(result) == np.shape(expected)
    assert np.asarray(result).dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["add", "mul", "maximum", "exp", "sqrt"])
def test_sixteen_bits_stay_sixteen_bits(name: str) -> None:
    """A 16-bit graph is only checked if the reader computes in 16 bits too."""
    x = np.abs(X).astype(np.float16)
    arguments = (x,) if name in {"exp", "sqrt"} else (x, x)
    result = OPERATIONS[name](*arguments)
    assert result.dtype == np.float16


def test_a_sum_in_sixteen_bits_overflows_as_on_the_phone() -> None:
    large = np.full(3, 60_000, np.float16)
    with np.errstate(over="ignore"):
        total = OPERATIONS["reduce_sum"](large, keep_dims=np.bool_(False))
    assert np.isinf(total)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("concat", {"values": [X, Y], "axis": 0, "interleave": True}),
        (
            "constexpr_lut_to_dense",
            {"indices": PLACES, "lut": X.ravel()[:4], "shape": np.array([6], np.uint32)},
        ),
        ("gather", {"x": X, "indices": np.zeros(3, np.int32), "axis": 0, "batch_dims": 1}),
        (
            "scatter_along_axis",
            {"data": X, "indices": X, "updates": X, "axis": 0, "mode": "add"},
        ),
    ],
)
def test_what_no_graph_of_ours_does_is_refused_and_not_guessed(
    name: str, arguments: Arguments
) -> None:
    with pytest.raises(NotImplementedError, match="No graph of ours"):
        OPERATIONS[name](**arguments)
