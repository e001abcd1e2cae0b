"""Rates that were written in percent without a percent sign: told by what the column can hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable, NumberColumn, Numbers
from sim.inputs.faults import Fault

Floats = NDArray[np.float64]

PERCENT = 100.0


def as_fractions(
    table: CmsTable,
    column: NumberColumn,
    numbers: Numbers,
    years: NDArray[np.int64],
    faults: list[Fault],
    computed: Floats | None = None,
) -> Floats:
    """Return a column of rates as fractions. CMS has written the same rate as 0.46, 46 and 46.00%.

    Within a year a column is one or the other, so that its cells speak for each other; those with a percent
    sign speak for themselves. 0 is both.

    Parameters
    ----------
    table, column, numbers
        The column as read.
    years : int64 array, shape (row,)
    faults : list of Fault
        A column that is both is a fault for each of its smaller cells.
    computed : float64 array, shape (row,), optional
        The same rate as the rest of each row has it: decides by what is nearer, without bounds.

    Returns
    -------
    float64 array, shape (row,)
    """
    values = numbers.values.copy()
    for year in np.unique(years):
        bare = (years == year) & ~np.isnan(values) & (values != 0) & ~numbers.percent
        if not bare.any():
            continue
        known = bare if computed is None else bare & ~np.isnan(computed)
        if computed is not None and known.any():
            off = np.abs(values[known] - computed[known])
            off_percent = np.abs(values[known] / PERCENT - computed[known])
            in_percent = bool(np.median(off_percent) < np.median(off))
        else:
            large = np.abs(values) > (column.fraction_to or np.inf)
            in_percent = bool(large[bare].any())
            if in_percent:
                faults += [_either(table, column, int(row)) for row in np.flatnonzero(bare & ~large)]
        if in_percent:
            values[bare] /= PERCENT
    return values


def _either(table: CmsTable, column: NumberColumn, row: int) -> Fault:
    at = table.at(column.names) or 0
    allowed = f"{column.what} in percent or as a fraction, alike in the whole column"
    return table.cell(row, at, "may be a percentage or a fraction, as the column has both", allowed)
