"""What a column of agents is called, holds and means; and which rows count as agents of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, init=False)
class Field:
    """One declared column: one number per agent.

    Parameters
    ----------
    name : str
        Attribute name on the agent.
    dtype : numpy dtype-like
        How the number is stored.
    unit : str
        Canonical unit, ``"1"`` for a share or a code.
    description : str
        One sentence on what the number means.
    default : scalar
        Value of a row that nobody has filled yet.
    source : str
        Where the number comes from: a document, a table, or the rule that computes it.
    least, most : scalar or None
        Bounds, both included, that a written value must keep; None for no bound.
    fixed : bool
        True for what never changes after the start; it is read only for agents and sets.

    Raises
    ------
    ValueError
        When `name` is not a public identifier, or `default` does not fit `dtype` and bounds.
    """

    name: str
    dtype: np.dtype[Any]
    unit: str
    description: str
    default: Any
    source: str
    least: Any
    most: Any
    fixed: bool

    def __init__(
        self,
        name: str,
        dtype: npt.DTypeLike,
        unit: str,
        description: str,
        *,
        default: Any = 0,
        source: str = "",
        least: Any = None,
        most: Any = None,
        fixed: bool = False,
    ) -> None:
        if not name.isidentifier() or name.startswith("_"):
            raise ValueError(f"a field needs a public identifier for a name, not {name!r}")
        stored = np.dtype(dtype)
        values = (name, stored, unit, description, default, source, least, most, fixed)
        for attribute, value in zip(self.__slots__, values, strict=True):
            object.__setattr__(self, attribute, value)
        self.fit(default)

    def within(self, least: Any, most: Any) -> Field:
        """Return this field with other bounds."""
        return Field(
            self.name,
            self.dtype,
            self.unit,
            self.description,
            default=self.default,
            source=self.source,
            least=least,
            most=most,
            fixed=self.fixed,
        )

    def fit(self, values: Any) -> Any:
        """Return `values` in this field's dtype, refusing any that dtype or bounds do not allow.

        Parameters
        ----------
        values : array-like
            One value or one per row, in the field's unit.

        Returns
        -------
        ndarray or NumPy scalar
            Same shape, this field's dtype. Rounding to a shorter float is accepted; losing a fraction, a sign
            or high digits in an integer or a flag is not.

        Raises
        ------
        ValueError
            When a value does not survive the conversion, or is out of bounds.
        """
        exact = self.dtype.kind in "biu"
        try:
            if isinstance(values, int | float):  # one agent's value: ten times faster than through an array
                fitted = self.dtype.type(values)
                kept = not exact or fitted == values
            else:
                given = np.asarray(values)
                with np.errstate(invalid="ignore", over="ignore"):
                    fitted = given.astype(self.dtype, copy=False)
                kept = not exact or given.dtype == self.dtype or np.array_equal(fitted, given)
        except (OverflowError, ValueError):
            kept = False
        if not kept:
            raise ValueError(f"{self.name} is stored as {self.dtype}, which cannot hold {values!r}")
        if self.least is not None or self.most is not None:
            self._refuse_outside(fitted)
        return fitted

    def _refuse_outside(self, values: Any) -> None:
        # Asked so that NaN is outside: it is neither above the least nor below the most.
        inside = np.ones(np.shape(values), bool)
        if self.least is not None:
            inside &= values >= self.least
        if self.most is not None:
            inside &= values <= self.most
        if not inside.all():
            outside = np.asarray(values)[~inside].flat[0].item()
            bounds = [f"at least {self.least}"] if self.least is not None else []
            bounds += [f"at most {self.most}"] if self.most is not None else []
            raise ValueError(f"{self.name} must be {' and '.join(bounds)}, not {outside!r}")


@dataclass(frozen=True, slots=True)
class Membership:
    """Which rows are agents of the model now, read from the columns themselves.

    Rows that have not entered yet, have died or have left stay in the columns and are simply not members.

    Parameters
    ----------
    fields : tuple of str
        The columns that decide.
    holds : callable
        Takes those columns (any length) and returns a mask of that length. Use a module-level function: a
        lambda cannot be pickled.
    leave : mapping of str to scalar
        What removing an agent writes, e.g. ``{"status": 3}``. Empty when agents only leave through the
        kernels.
    """

    fields: tuple[str, ...]
    holds: Callable[..., Mask]
    leave: Mapping[str, Any] = field(default_factory=dict)
