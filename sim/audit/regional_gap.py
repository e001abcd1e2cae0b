"""An ACO's gap to its region by LEAD's cells, of which a results file gives only the mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.mssp_file import MsspFile
from sim.policy.arrays import ratio, weighted_mean

Floats = NDArray[np.float64]

_ESRD = 0
_BY3, _PY = -2, -1


@dataclass(frozen=True, slots=True)
class CellGaps:
    """Gap to the region by cell: people without and with ESRD. High Needs is in no results file.

    Attributes
    ----------
    gap : float64 array (aco, cell), regional expenditure less the ACO's history, USD per person-year
    reference : float64 array (aco, cell), national expenditure at the ACO's mix and risk, likewise
    people : float64 array (aco, cell), person-years
    """

    gap: Floats
    reference: Floats
    people: Floats


def gaps_by_cell(data: MsspFile, national: Floats, mean_gap: Floats, history: Floats) -> CellGaps:
    """Share an ACO's gap out to cells.

    Parameters
    ----------
    data : MsspFile
    national : numpy.ndarray, shape (aco, type)
        National expenditure per person-year at risk 1.
    mean_gap : numpy.ndarray, shape (aco,)
        Regional expenditure less the ACO's history, over all its people.
    history : numpy.ndarray, shape (aco,)
        The ACO's history over all its people, in the same prices.

    Returns
    -------
    CellGaps
        With the person-weighted mean `mean_gap`.

    Notes
    -----
    This simulator's reading: a region costs the same multiple of the nation in each enrollment type, at the
    ACO's risk, and the ACO's history by type has the pattern of its third base year, at present risk. Where
    the file does not give that, the history has the nation's pattern and the gap is one share of it.
    """
    people = np.nan_to_num(data.person_years)
    price = national * np.nan_to_num(data.risk[..., _PY], nan=1.0)
    spent = data.per_capita[..., _BY3] * ratio(data.risk[..., _PY], data.risk[..., _BY3], 1.0)
    known = (np.isfinite(spent) & (spent > 0.0)) | (people == 0.0)
    pattern = np.where(known.all(axis=-1)[:, None], np.where(people > 0.0, spent, price), price)
    own = pattern * ratio(history, weighted_mean(pattern, people), 0.0)[:, None]
    region = price * ratio(history + mean_gap, weighted_mean(price, people), 0.0)[:, None]
    return CellGaps(_cells(region - own, people), _cells(price, people), _cells(people))


def _cells(values: Floats, people: Floats | None = None) -> Floats:
    """Return the cells of what is given by type: means, or sums where there are no `people`."""
    esrd, others = np.arange(values.shape[-1]) == _ESRD, np.arange(values.shape[-1]) != _ESRD
    if people is None:
        return np.stack([values[:, chosen].sum(axis=-1) for chosen in (others, esrd)], axis=-1)
    means = [weighted_mean(values[:, chosen], people[:, chosen]) for chosen in (others, esrd)]
    return np.stack(means, axis=-1)
