"""Growth as CMS's actuaries project it, before anybody knows how a replicate turns out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.kernels.codes import N_CELLS, N_KINDS, Kind
from sim.population.trend import Trend, prospective_growth
from sim.settlement.program import Floats

# Whose growth each cell has: Aged & Disabled, ESRD, High Needs, by either route.
_KIND_OF_CELL = [Kind.AGED_NON_DUAL, Kind.ESRD, Kind.AGED_NON_DUAL] * 2


def prospective_by_type(trend: Trend, since: int, until: int) -> Floats:
    """Return growth factors by enrollment type: ESRD's own, the same for all others. Shape (kinds,)."""
    growth = [
        prospective_growth(trend, np.eye(N_KINDS)[kind], since, until)
        for kind in (Kind.ESRD, Kind.AGED_NON_DUAL)
    ]
    return np.where(np.arange(N_KINDS) == Kind.ESRD, growth[0], growth[1])


def prospective_by_cell(trend: Trend, stated: Mapping[int, Floats], years: range) -> Floats:
    """Return growth factors over some years by benchmark cell, shape (cells,).

    A year's growth is that of `stated`, by AD, ESRD and High Needs, where it has the year, else the central
    path of the evidence, with ESRD's own offset.
    """
    factor = np.ones(N_CELLS)
    for one in years:
        if one in stated:
            factor *= 1.0 + np.tile(stated[one], 2)
        else:
            factor *= prospective_by_type(trend, one - 1, one)[_KIND_OF_CELL]
    return factor
