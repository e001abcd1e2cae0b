"""What Mesa does to lists of values, done to arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

import numpy as np

from sim.columns.fields import Column, Rows

_PLAIN = (bool, int, float, str)


def as_column(values: Sequence[Any]) -> Column:
    """Return an array of `values`, of numbers or text when all are of one such type, of objects otherwise."""
    types = {type(value) for value in values}
    if len(types) == 1 and types <= set(_PLAIN):
        return np.array(values)
    return np.fromiter(values, object, len(values))


def widened(values: Column) -> Column:
    """Return numbers in 64 bits, so that reckoning with them overflows no sooner than Python's lists would.

    Columns are as narrow as what they hold; a sum, a product or a difference of it need not be.
    """
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind in "iuf" and size < np.dtype(np.int64).itemsize:
        return values.astype(np.float64 if kind == "f" else np.int64)
    return values


def as_list(values: Any) -> list[Any]:
    """Return values as a list, numbers of an array as Python numbers."""
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def limit(at_most: float, size: int) -> int:
    """Return how many of `size` agents `at_most` allows: a float up to 1 is a share, rounded down."""
    allowed = size * at_most if isinstance(at_most, float) and at_most <= 1 else at_most
    return int(max(0, min(allowed, size)))


def permutation(rows: Rows, random: Random) -> Rows:
    """Return `rows` in random order, from one number of `random` through NumPy's Philox."""
    return np.random.Generator(np.random.Philox(key=random.getrandbits(128))).permutation(rows)


def order_of(keys: Column | Sequence[Any], ascending: bool) -> Rows:
    """Return the positions in order of their keys; ties keep their order, as ``sorted`` has it."""
    if not isinstance(keys, np.ndarray) or keys.dtype == object:
        return np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), np.intp)
    if ascending:
        return np.argsort(keys, kind="stable")
    return len(keys) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]


def aggregate(values: Column, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
    """Return `func`, or the list of several, of `values`; ``sum``, ``min``, ``max`` give Python numbers."""
    if not callable(func):
        return [aggregate(values, each) for each in func]
    if values.dtype.kind not in "biuf" or func not in (sum, min, max):
        return func(values)
    if func is sum:
        # float32 columns are added in double, as Python adds them.
        return values.sum(dtype=np.float64 if values.dtype.kind == "f" else None).item()
    return (values.min() if func is min else values.max()).item()
