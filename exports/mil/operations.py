"""MIL operations in NumPy, by name and with MIL's own parameter names.

Element types are kept: what the program computes in 16-bit floats is computed in 16-bit floats.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

OPERATIONS: dict[str, Callable[..., Array]] = {}

_TYPES = {
    "fp16": np.float16,
    "fp32": np.float32,
    "int32": np.int32,
    "int16": np.int16,
    "uint16": np.uint16,
    "bool": np.bool_,
}


def operation(function: Callable[..., Array]) -> Callable[..., Array]:
    """Enter a function under its own name."""
    OPERATIONS[function.__name__] = function
    return function


def _axes(axes: Array) -> tuple[int, ...]:
    return tuple(int(axis) for axis in axes)


# Element by element


def _of_two(function: Callable[[Array, Array], Any]) -> Callable[..., Array]:
    return lambda x, y: np.asarray(function(x, y))


def _of_one(function: Callable[[Array], Any]) -> Callable[..., Array]:
    return lambda x: np.asarray(function(x))


OPERATIONS |= {
    "add": _of_two(np.add),
    "sub": _of_two(np.subtract),
    "mul": _of_two(np.multiply),
    "real_div": _of_two(np.divide),
    "maximum": _of_two(np.maximum),
    "minimum": _of_two(np.minimum),
    "greater": _of_two(np.greater),
    "less": _of_two(np.less),
    "equal": _of_two(np.equal),
    "sqrt": _of_one(np.sqrt),
    "exp": _of_one(np.exp),
}


@operation
def select(cond: Array, a: Array, b: Array) -> Array:
    return np.where(cond, a, b)


@operation
def clip(x: Array, alpha: Array, beta: Array) -> Array:
    return np.clip(x, alpha, beta)


@operation
def log(x: Array, epsilon: Array) -> Array:
    return np.asarray(np.log(x + epsilon))


@operation
def cast(x: Array, dtype: str) -> Array:
    return np.asarray(x).astype(_TYPES[dtype])


@operation
def fill_like(ref_tensor: Array, value: Array) -> Array:
    return np.full(ref_tensor.shape, value)


# Constants in fewer bits

TABLE_SIZE = 256


@operation
def constexpr_lut_to_dense(indices: Array, lut: Array, shape: Array) -> Array:
    if lut.size != TABLE_SIZE:
        raise NotImplementedError("No graph of ours has places of less than a byte in a table.")
    return np.reshape(lut[indices], _axes(shape))


# Along axes


@operation
def reduce_sum(x: Array, keep_dims: Array, axes: Array | None = None) -> Array:
    over = None if axes is None else _axes(axes)
    return np.asarray(np.sum(x, axis=over, keepdims=bool(keep_dims), dtype=x.dtype))


@operation
def reduce_max(x: Array, keep_dims: Array, axes: Array | None = None) -> Array:
    over = None if axes is None else _axes(axes)
    return np.asarray(np.max(x, axis=over, keepdims=bool(keep_dims)))


@operation
def reduce_argmax(x: Array, axis: Array, keep_dims: Array) -> Array:
    place = np.asarray(np.argmax(x, axis=int(axis), keepdims=bool(keep_dims)))
    return place.astype(np.int32)


# Products


@operation
def matmul(x: Array, y: Array, transpose_x: Array, transpose_y: Array) -> Array:
    left = np.swapaxes(x, -1, -2) if transpose_x else x
    right = np.swapaxes(y, -1, -2) if transpose_y else y
    return np.asarray(np.matmul(left, right))


@operation
def linear(x: Array, weight: Array, bias: Array) -> Array:
    return np.asarray(np.matmul(x, weight.T) + bias)


# Shape and place


@operation
def reshape(x: Array, shape: Array) -> Array:
    return np.reshape(x, _axes(shape))


@operation
def expand_dims(x: Array, axes: Array) -> Array:
    return np.expand_dims(x, _axes(axes))


@operation
def squeeze(x: Array, axes: Array) -> Array:
    return np.squeeze(x, _axes(axes))


@operation
def tile(x: Array, reps: Array) -> Array:
    return np.tile(x, _axes(reps))


@operation
def concat(values: Sequence[Array], axis: Array, interleave: Array) -> Array:
    if interleave:
        raise NotImplementedError("No graph of ours interleaves.")
    return np.concatenate(values, axis=int(axis))


@operation
def stack(values: Sequence[Array], axis: Array) -> Array:
    return np.stack(values, axis=int(axis))


@operation
def gather(x: Array, indices: Array, axis: Array, batch_dims: Array) -> Array:
    if batch_dims:
        raise NotImplementedError("No graph of ours gathers by batch.")
    return np.take(x, indices, axis=int(axis))


@operation
def scatter_along_axis(
    data: Array, indices: Array, updates: Array, axis: Array, mode: str
) -> Array:
    if mode != "update":
        raise NotImplementedError(f"No graph of ours scatters by {mode}.")
    result = data.copy()
    np.put_along_axis(result, indices, updates, axis=int(axis))
    return result


@operation
def slice_by_index(
    x: Array,
    begin: Array,
    end: Array,
    stride: Array | None = None,
    begin_mask: Array | None = None,
    end_mask: Array | None = None,
    squeeze_mask: Array | None = None,
) -> Array:
    def flag(mask: Array | None, axis: int) -> bool:
        return mask is not None and bool(mask[axis])

    place: list[slice | int] = []
    for axis in range(len(begin)):
        if flag(squeeze_mask, axis):
            place.append(int(begin[axis]))
            continue
        place.append(
            slice(
                None if flag(begin_mask, axis) else int(begin[axis]),
                None if flag(end_mask, axis) else int(end[axis]),
                None if stride is None else int(stride[axis]),
            )
        )
    return np.asarray(x[tuple(place)])
