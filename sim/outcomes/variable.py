"""What a result variable is: its dims, how it is kept on disk, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

DIMS = ("arm", "replicate", "aco", "cell", "year", "episode", "measure", "parameter")
Kind = Literal["money", "number", "flag"]

_UNWRITTEN_CENTS = int(np.iinfo(np.int64).min)
_UNWRITTEN_FLAG = -1


@dataclass(frozen=True, slots=True)
class Variable:
    """One result variable.

    Attributes
    ----------
    name : str
        snake_case noun.
    dims : tuple of str
        Its dims after ``arm, replicate``, in the order of :data:`DIMS`.
    dtype : {"money", "number", "flag"}
        ``money`` is kept to the cent (int64 cents on disk, dollars for the reader), ``number`` is float64,
        ``flag`` is yes (1) or no (0).
    units : str
        UDUNITS text.
    long_name, description : str
        For axes and for the docs page.
    sign_convention : str
        What a positive value means, ``""`` where it cannot be negative.
    rule : str
        Where the rule behind it is written.
    """

    name: str
    dims: tuple[str, ...]
    dtype: Kind
    units: str
    long_name: str
    description: str
    sign_convention: str = ""
    rule: str = ""

    @property
    def all_dims(self) -> tuple[str, ...]:
        """Dims as stored, with ``arm`` and ``replicate`` in front."""
        return ("arm", "replicate", *self.dims)

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """Type on disk."""
        names: dict[Kind, str] = {"money": "int64", "number": "float64", "flag": "int8"}
        return np.dtype(names[self.dtype])

    @property
    def fill_value(self) -> int | float:
        """What an unwritten element holds on disk; readers see NaN."""
        return {"money": _UNWRITTEN_CENTS, "number": np.nan, "flag": _UNWRITTEN_FLAG}[self.dtype]

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes on disk: labels, and how xarray is to decode the numbers."""
        labels = {
            "units": self.units,
            "long_name": self.long_name,
            "description": self.description,
            "sign_convention": self.sign_convention,
            "rule": self.rule,
        }
        attributes: dict[str, Any] = {name: text for name, text in labels.items() if text}
        if self.dtype == "money":
            attributes |= {"scale_factor": 0.01, "_FillValue": _UNWRITTEN_CENTS}
        if self.dtype == "flag":
            attributes["_FillValue"] = _UNWRITTEN_FLAG
        return attributes

    def encode(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Turn a simulation's array into what goes on disk.

        Parameters
        ----------
        values : ndarray
            ``money``: int64 cents, or float64 dollars (rounded to the cent; NaN where there is none).
            ``flag``: bool, or float with NaN where there is none. ``number``: any number.

        Returns
        -------
        ndarray
            Of `stored_dtype`, same shape.
        """
        if values.dtype == self.stored_dtype:
            return values
        if values.dtype.kind != "f":
            return values.astype(self.stored_dtype)
        if self.dtype == "number":
            return values.astype(np.float64)
        scaled = values.astype(np.float64) * (100.0 if self.dtype == "money" else 1.0)
        absent = np.isnan(scaled)
        whole = np.rint(np.where(absent, 0.0, scaled)).astype(self.stored_dtype)
        return np.where(absent, self.stored_dtype.type(self.fill_value), whole)


def money(
    name: str, dims: str, long_name: str, description: str, *, sign: str = "", rule: str = ""
) -> Variable:
    """Return a variable in USD, kept to the cent; `dims` with spaces between."""
    return Variable(name, tuple(dims.split()), "money", "USD", long_name, description, sign, rule)
