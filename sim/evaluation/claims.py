"""The panel of a study as an evaluation has it: claims of people of ACOs and of comparison people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.outcomes.panel import ACO, BASE_YEARS, PRACTICE_LISTS
from sim.outcomes.summary import complete

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Year of entry of a unit that never enters.
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Claims:
    """The panel of one replicate and arm, as an evaluation has it.

    Attributes
    ----------
    unit : int64, shape (units,)
        Its place along the dim ``unit``; ACOs come first, as along ``aco``.
    outcome : float64, shape (units, years)
        Log of spending a person-month.
    covariates : float64, shape (units, covariates)
        Base-year means that comparison units are balanced on.
    months : float64, shape (units,)
        Mean person-months of a base year.
    entered : int64, shape (units,)
        First year in a program, :data:`NEVER` for none.
    market : int64, shape (units,)
        Cluster of each unit.
    is_aco : bool, shape (units,)
        Whether it is the people of an ACO, in a program or not.
    years : int64, shape (years,)
        Base years, then performance years.
    """

    unit: Ints
    outcome: Floats
    covariates: Floats
    months: Floats
    entered: Ints
    market: Ints
    is_aco: Flags
    years: Ints

    @property
    def treated(self) -> Flags:
        """Which units enter, shape (units,)."""
        return self.entered < NEVER

    def of_units(self, which: Flags | Ints) -> Claims:
        """Return the panel of some of the units."""
        return replace(
            self,
            **{
                name: getattr(self, name)[which]
                for name in ("unit", "outcome", "covariates", "months", "entered", "market", "is_aco")
            },
        )

    def until(self, year: int) -> Claims:
        """Return the panel as it is known after a year; who enters later has not entered."""
        known = self.years <= year
        entered = np.where(self.entered <= year, self.entered, NEVER)
        return replace(self, outcome=self.outcome[:, known], years=self.years[known], entered=entered)


def panels(
    data: xr.Dataset, arm: str, service: str = "total", practice_list: str = "first"
) -> dict[int, Claims]:
    """Return the panel of an arm in each complete replicate, by its label.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it, of a study with ``evaluation_panel``.
    arm : str
    service : str
        One of :data:`sim.outcomes.panel.SERVICES`.
    practice_list : {"first", "present"}
        List by which people are an ACO's. With the present one, practices that come and go change who is
        compared.

    Raises
    ------
    InputError
        When no panel was kept, or arm, service or list are none of the store's.
    """
    check_panel(data)
    for dim, value in (("arm", arm), ("service", service), ("practice_list", practice_list)):
        known = [str(one) for one in data[dim].values]
        if value not in known:
            raise InputError(wrong_choice("evaluate", dim, value, known))
    one = complete(data)[["panel_months", "panel_spending", "panel_risk", "program"]].sel(arm=arm).load()
    here = one.sel(practice_list=practice_list, service=service)
    labels = one["replicate"].values.tolist()
    years = one["panel_year"].values.astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        outcome = np.log((here["panel_spending"] / here["panel_months"]).values)
    # People as first listed say how large a unit is, so that its weight does not move with the list.
    months = one["panel_months"].sel(practice_list=PRACTICE_LISTS[0]).values[..., :BASE_YEARS].mean(axis=-1)
    base = np.stack([outcome, here["panel_risk"].values], axis=-1)[..., :BASE_YEARS, :].mean(axis=-2)
    inside = (one["program"] > 0).values
    first = np.where(inside.any(axis=-1), years[BASE_YEARS:][inside.argmax(axis=-1)], NEVER)
    entered = np.full(months.shape, NEVER, np.int64)
    entered[:, : first.shape[1]] = first
    markets = one["unit_market"].values.tolist()
    market = np.array([markets.index(label) for label in markets], np.int64)
    is_aco = (one["unit_group"] == ACO).values
    found: dict[int, Claims] = {}
    for row, label in enumerate(labels):
        units = np.arange(len(market))
        found[int(label)] = Claims(
            units, outcome[row], base[row], months[row], entered[row], market, is_aco, years
        )
    return found


def check_panel(data: xr.Dataset) -> None:
    """Refuse results without a panel.

    Raises
    ------
    InputError
        Saying how to have one.
    """
    if "panel_spending" not in data:
        problem, allowed = "keeps no evaluation panel", "run a scenario with study.evaluation_panel = true"
        raise InputError(Fault("evaluate", "study.evaluation_panel", problem, allowed))
