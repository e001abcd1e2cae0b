"""SSA period life tables, as death probabilities by year, sex and age."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import OLDEST


@cache
def death_probabilities() -> dict[int, NDArray[np.float64]]:
    """Return death probabilities by calendar year, each of shape (sexes, ages): men first, ages 0 to 119.

    Source: SSA Office of the Chief Actuary, period life tables of the 2020 Trustees Report, intermediate
    assumptions.
    """
    text = files("sim.evidence").joinpath("ssa_life_tables.csv").read_text(encoding="utf-8")
    tables: dict[int, NDArray[np.float64]] = {}
    for line in text.splitlines():
        if line.startswith(("#", "sex")):
            continue
        sex, year, age, probability = line.split(",")
        table = tables.setdefault(int(year), np.ones((2, OLDEST + 1)))
        if int(age) <= OLDEST:
            table[0 if sex == "M" else 1, int(age)] = float(probability)
    return tables
