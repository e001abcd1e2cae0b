"""What each choice of one ACO comes to, on common draws: how much it leaves, at which risk, and regret."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.evaluation.performance import Figure
from sim.inputs.faults import InputError, wrong_choice
from sim.outcomes.error import mean_error, quantile_error
from sim.outcomes.summary import complete

Floats = NDArray[np.float64]

#: Result variables that make up what a choice leaves the ACO and its practices.
CASH = ("aco_cash_change", "distributions")
#: Share of the worst replicates that the mean of the tail is taken over.
TAIL = 0.10
_LOW, _HIGH = 0.10, 0.90
_MONTHS_A_YEAR, _PERCENT = 12.0, 100.0
# Differences of fewer Monte Carlo errors may be chance.
TOLD_APART = 2.0
_LEAST_IN_TAIL = 2.0
DESIGNATIONS = {
    "higher_spending": "Higher-spending",
    "newly_entering": "Newly Entering",
}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one choice comes to for the ACO, all performance years together.

    Attributes
    ----------
    arm, description : str
    cash : float64 array, shape (replicates,)
        Change in the ACO's cash before it distributes any to its practices, USD.
    mean, low, median, high : Figure
        Of `cash`: mean, 10th, 50th and 90th percentile, each with its Monte Carlo standard error.
    per_person_year, percent : Figure
        Mean of `cash` over aligned person-years, USD, and over the benchmark; NaN in no program.
    loss : Figure
        Chance that the years together leave less cash than before.
    owes : Figure
        Share of settled years in which the ACO owes Medicare.
    beyond_guarantee : Figure or None
        Chance that in some year it owes more than its financial guarantee; None where it has none.
    tail : Figure
        Mean of `cash` in the worst tenth of replicates (CVaR, expected shortfall).
    lowest, lowest_low : Figure
        Cash at the end of its lowest month, reserves counted: mean and 10th percentile.
    lowest_year : int or None
        Calendar year in which that is most often.
    designations : Mapping of str to Figure
        Share of LEAD years, by :data:`DESIGNATIONS`; empty outside LEAD.
    out : Figure
        Share of years in which the ACO has not the people that its program needs; NaN in no program.
    regret, regret_high : Figure
        What the best choice of the same replicate leaves more: mean and 90th percentile.
    best : Figure
        Share of replicates in which no other choice leaves more.
    """

    arm: str
    description: str
    cash: Floats
    mean: Figure
    low: Figure
    median: Figure
    high: Figure
    per_person_year: Figure
    percent: Figure
    loss: Figure
    owes: Figure
    beyond_guarantee: Figure | None
    tail: Figure
    lowest: Figure
    lowest_low: Figure
    lowest_year: int | None
    designations: Mapping[str, Figure]
    out: Figure
    regret: Figure
    regret_high: Figure
    best: Figure

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values but single replicates; what is not known is None."""
        found: dict[str, Any] = {"description": self.description, "lowest_year": self.lowest_year}
        for name in _FIGURES:
            one = getattr(self, name)
            found[name] = None if one is None else plain(one)
        found["designations"] = {name: plain(one) for name, one in self.designations.items()}
        return found


_FIGURES = (
    *("mean", "low", "median", "high", "per_person_year", "percent", "loss", "owes", "beyond_guarantee"),
    *("tail", "lowest", "lowest_low", "out", "regret", "regret_high", "best"),
)
#: What choices may be ranked by, best first, and whether more is better.
RANKED_BY = {
    "mean": True,
    "median": True,
    "low": True,
    "tail": True,
    "loss": False,
    "regret": False,
    "lowest": True,
}


def plain(figure: Figure) -> dict[str, float | None]:
    """Return a figure as plain values, None for what is not known."""
    values = {"value": figure.value, "error": figure.error}
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def outcomes_of(data: xr.Dataset, aco: str, descriptions: Mapping[str, str]) -> list[Outcome]:
    """Return what each arm of a Dataset comes to for an ACO, in the order of the arms.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; incomplete replicates are left out.
    aco : str
    descriptions : mapping of str to str
        By arm.
    """
    own = complete(data).sel(aco=aco)
    arms = [str(arm) for arm in own["arm"].values]
    cash = cash_of(own).sel(arm=arms).transpose("arm", "replicate").values
    most = cash.max(axis=0)
    return [
        _outcome(own.sel(arm=arm), arm, descriptions.get(arm, ""), cash[row], most)
        for row, arm in enumerate(arms)
    ]


def cash_of(own: xr.Dataset) -> xr.DataArray:
    """Return the change in one ACO's cash over all years before distributions, dims arm and replicate, USD.

    Nothing where the ACO is in no program.
    """
    kept = sum((own[name].fillna(0.0) for name in CASH[1:]), own[CASH[0]].fillna(0.0))
    return kept.sum("year")


def by_arm(own: xr.Dataset) -> dict[str, Floats]:
    """Return :func:`cash_of` by arm, float64 arrays of shape (replicates,)."""
    found = cash_of(own)
    return {str(arm): found.sel(arm=arm).values for arm in own["arm"].values}


def ranked(outcomes: Sequence[Outcome], by: str = "mean") -> list[Outcome]:
    """Return choices by one of :data:`RANKED_BY`, the best first. Raises InputError."""
    if by not in RANKED_BY:
        raise InputError(wrong_choice("--by", "", by, list(RANKED_BY)))
    sign = -1.0 if RANKED_BY[by] else 1.0
    # Cash decides between those that are alike, and the order of the arms where that is alike too.
    return sorted(outcomes, key=lambda one: (sign * getattr(one, by).value, -one.mean.value))


def difference(one: Floats, other: Floats) -> Figure:
    """Return the mean of one less the other, paired by replicate, with its Monte Carlo error."""
    gap = one - other
    return Figure(float(gap.mean()), mean_error(gap))


def told_apart(figure: Figure) -> bool:
    """Return whether a difference is more than chance would make it; never with one replicate."""
    if math.isnan(figure.error):
        return False
    return abs(figure.value) >= TOLD_APART * figure.error and figure.value != 0.0


def tail_mean(values: Floats, share: float = TAIL) -> Figure:
    """Return the mean of the worst share of replicates, and its Monte Carlo standard error.

    Parameters
    ----------
    values : float64 array, shape (replicates,)
    share : float

    Returns
    -------
    Figure
        The error is that of the mean of the influence function; NaN where fewer than two replicates are that
        bad.

    References
    ----------
    Acerbi and Tasche, On the coherence of expected shortfall, 2002; Chen, Nonparametric estimation of
    expected shortfall, Journal of Financial Econometrics 2008.
    """
    rising = np.sort(values)
    weights = np.clip(share * rising.size - np.arange(rising.size), 0.0, 1.0)
    found = float(weights @ rising / (share * rising.size))
    if share * rising.size < _LEAST_IN_TAIL:
        return Figure(found, math.nan)
    end = rising[int(np.flatnonzero(weights)[-1])]
    return Figure(found, mean_error(end - np.maximum(end - values, 0.0) / share))


def _outcome(own: xr.Dataset, arm: str, description: str, cash: Floats, most: Floats) -> Outcome:
    settled = own["benchmark"].transpose("replicate", "year").values > 0.0
    paid = np.where(settled, own["settlement"].transpose("replicate", "year").values, 0.0)
    owing = paid < 0.0
    lead = own["higher_spending"].notnull() & own["benchmark"].notnull()
    people = own["person_months"].sum("cell").transpose("replicate", "year").values / _MONTHS_A_YEAR
    months = np.where(settled, people, 0.0).sum(axis=1)
    benchmark = own["benchmark"].fillna(0.0).sum("year").values
    low = own["cash_low_point"].transpose("replicate", "year").values
    low = np.where(np.isnan(low), 0.0, low)
    worst = low.min(axis=1)
    years = own["year"].values[low.argmin(axis=1)]
    regret = most - cash
    return Outcome(
        arm=arm,
        description=description,
        cash=cash,
        mean=Figure(float(cash.mean()), mean_error(cash)),
        low=_quantile(cash, _LOW),
        median=_quantile(cash, 0.5),
        high=_quantile(cash, _HIGH),
        per_person_year=Figure.ratio(cash, months),
        percent=_times(Figure.ratio(cash, benchmark), _PERCENT),
        loss=_chance(cash < 0.0),
        owes=Figure.ratio(owing.sum(axis=1).astype(float), settled.sum(axis=1).astype(float)),
        beyond_guarantee=_beyond(own, paid),
        tail=tail_mean(cash),
        lowest=Figure(float(worst.mean()), mean_error(worst)),
        lowest_low=_quantile(worst, _LOW),
        lowest_year=_commonest(years) if np.any(worst < 0.0) else None,
        designations=_designations(own, lead),
        out=_yearly(1.0 - own["meets_minimum"]),
        regret=Figure(float(regret.mean()), mean_error(regret)),
        regret_high=_quantile(regret, _HIGH),
        best=_chance(regret <= 0.0),
    )


def _quantile(values: Floats, probability: float) -> Figure:
    return Figure(float(np.quantile(values, probability)), quantile_error(values, probability))


def _chance(hits: Any) -> Figure:
    return Figure(float(hits.mean()), mean_error(hits.astype(np.float64)))


def _times(figure: Figure, factor: float) -> Figure:
    return Figure(factor * figure.value, factor * figure.error)


def _beyond(own: xr.Dataset, paid: Floats) -> Figure | None:
    guarantee = own["financial_guarantee"].fillna(0.0).transpose("replicate", "year").values
    if not (guarantee > 0.0).any():
        return None
    return _chance(np.any((-paid > guarantee) & (guarantee > 0.0), axis=1))


def _designations(own: xr.Dataset, lead: xr.DataArray) -> dict[str, Figure]:
    if not bool(lead.any()):
        return {}
    return {name: _yearly(own[name].where(lead)) for name in DESIGNATIONS}


def _yearly(flags: xr.DataArray) -> Figure:
    """Return the share of years with a flag, mean over the replicates that have such years."""
    shares = flags.mean("year").values
    return Figure.of(shares[~np.isnan(shares)])


def _commonest(years: NDArray[Any]) -> int:
    found, counts = np.unique(years, return_counts=True)
    return int(found[counts.argmax()])
