"""From true savings to the ACO's cash, one named step after another, each stored to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.outcomes.benefit_variables import PAID_FOR_PEOPLE
from sim.outcomes.error import mean_error, ratio_error

_CENTS, _MONTHS_A_YEAR, _PERCENT = 100.0, 12.0, 100.0
# Decimals of dollars and of percent.
_CENT, _THOUSANDTH = 2, 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the bridge, or a level it has reached.

    Attributes
    ----------
    label : str
    plus, minus : tuple of str
        Result variables that it adds and takes off.
    level : bool
        Whether it is the sum of all steps before.
    optional : bool
        Whether it is left out where it is nothing.
    """

    label: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    level: bool = False
    optional: bool = False


STEPS = (
    Step("True savings", ("true_savings",)),
    Step("Prices of risk and trend", ("bridge_prices",)),
    Step("Regional or prior savings adjustment", ("bridge_adjustment",)),
    Step("Rate book", ("bridge_rate_book",)),
    Step("Coding and caps on risk scores", ("bridge_caps",)),
    Step("Discount", ("bridge_discount",)),
    Step("Quality", ("bridge_quality",)),
    Step("Capitation for claims", ("bridge_capitation",), optional=True),
    Step("Stop-loss", ("bridge_stop_loss",), optional=True),
    Step("Episode arrangements (CARA)", ("bridge_cara",), optional=True),
    Step("Falls prevention paid by Medicare", ("bridge_falls",), optional=True),
    Step("Savings against benchmark", ("gross_savings",), level=True),
    Step("Minimum savings rate", ("bridge_minimum_rate",)),
    Step("Corridors or sharing rate", ("bridge_sharing",)),
    Step("Quality in the sharing rate", ("bridge_sharing_quality",)),
    Step("Limits of savings and losses", ("bridge_limits",)),
    Step("Sequestration", (), ("sequestration",)),
    Step("Administrative add-on", ("admin_add_on",)),
    Step("High Performers Pool", ("high_performers_pool",)),
    Step("Gain by capitation", ("capitation_gain",), optional=True),
    Step("Episode arrangements, settled", ("cara_settled",), optional=True),
    Step("Guarantee and unpaid debt", ("guarantee_called", "unpaid_debt"), optional=True),
    Step("Dual incentive", ("dual_incentive",), optional=True),
    Step("Home-based programme", (), ("home_care_cost",), optional=True),
    Step("Running cost", (), ("care_management_cost",)),
    Step("Enhanced PCC passed on", (), ("enhanced_passed_on",), optional=True),
    Step("Falls prevention and benefits", (), PAID_FOR_PEOPLE, optional=True),
    Step("Distributions to practices", (), ("distributions",)),
    Step("Change in ACO cash", ("aco_cash_change",), level=True),
)


def steps_of(data: xr.Dataset) -> tuple[Step, ...]:
    """Return the steps of a Dataset's bridge: all but optional ones that are nothing everywhere."""

    def counts(step: Step) -> bool:
        named = [name for name in (*step.plus, *step.minus) if name in data]
        return any(bool((data[name].fillna(0.0) != 0.0).any()) for name in named)

    return tuple(step for step in STEPS if not step.optional or counts(step))


def bridge(data: xr.Dataset) -> xr.DataArray:
    """Return the steps of the bridge in dollars, added over the years in which an ACO is settled.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs or years first for only those.

    Returns
    -------
    DataArray
        Dims ``step, arm, replicate, aco``; steps up to a level add up to it. NaN where an ACO was never
        settled.
    """
    settled = data["gross_savings"].notnull()

    def summed(name: str) -> xr.DataArray:
        values = data[name].sum("cell") if "cell" in data[name].dims else data[name]
        return values.where(settled).sum("year", min_count=1)

    steps = steps_of(data)
    rows = [
        sum((summed(name) for name in step.plus), xr.zeros_like(summed("gross_savings")))
        - sum((summed(name) for name in step.minus), xr.zeros_like(summed("gross_savings")))
        for step in steps
    ]
    return xr.concat(rows, "step").assign_coords(step=[step.label for step in steps])


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the bridge of one arm, mean over replicates, each figure with its Monte Carlo error.

    Attributes
    ----------
    label : str
    level : bool
        Whether it is the sum of all steps before, which it is to the last digit in each of the figures.
    usd, usd_error : float
    per_person_year, per_person_year_error : float
        USD per aligned person-year.
    percent, percent_error : float
        Of the benchmark.
    """

    label: str
    level: bool
    usd: float
    usd_error: float
    per_person_year: float
    per_person_year_error: float
    percent: float
    percent_error: float


@dataclass(frozen=True, slots=True)
class ArmBridge:
    """The bridge of an arm, of all ACOs and years or some of them.

    Attributes
    ----------
    lines : tuple of Line
        By :func:`steps_of`; none where nobody was settled.
    settled : int
        Replicates in which somebody was; means are over them.
    person_years, benchmark : float
        Mean over them.
    """

    lines: tuple[Line, ...]
    settled: int
    person_years: float
    benchmark: float


def arm_bridge(data: xr.Dataset, arm: str) -> ArmBridge:
    """Return the bridge of an arm in dollars, per person-year and in percent of benchmark.

    Parameters
    ----------
    data : Dataset
        Complete replicates; select ACOs, years or replicates first for only those, keeping the dims.
    arm : str

    Notes
    -----
    Steps are rounded by the levels that they lead to, so that what is shown adds up: a step may be shown one
    unit of its last digit off.
    """
    own = data.sel(arm=[arm])
    named = steps_of(own)
    steps = bridge(own).sum("aco", min_count=1).sel(arm=arm).transpose("step", "replicate").values
    kept = ~np.isnan(steps).any(axis=0)
    dollars = steps[:, kept]
    counted = own["gross_savings"].notnull()

    def over(name: str) -> np.ndarray:
        values = own[name].sum("cell") if "cell" in own[name].dims else own[name]
        totals: np.ndarray = values.where(counted).sum(("aco", "year")).sel(arm=arm).values[kept]
        return totals

    if not kept.any():
        return ArmBridge((), 0, 0.0, 0.0)
    people, benchmark = over("person_months") / _MONTHS_A_YEAR, over("benchmark")
    cents = np.rint(dollars * _CENTS).astype(np.int64).sum(axis=1)
    reached, levels = 0, []
    for step, part in zip(named, cents.tolist(), strict=True):
        reached = part if step.level else reached + part
        levels.append(reached)
    shown = [
        _differences(named, [level / (_CENTS * divisor) for level in levels], decimals)
        for divisor, decimals in (
            (len(people), _CENT),
            (people.sum(), _CENT),
            (benchmark.sum() / _PERCENT, _THOUSANDTH),
        )
    ]
    lines = tuple(
        Line(
            step.label,
            step.level,
            usd=shown[0][at],
            usd_error=mean_error(dollars[at]),
            per_person_year=shown[1][at],
            per_person_year_error=ratio_error(dollars[at], people),
            percent=shown[2][at],
            percent_error=_PERCENT * ratio_error(dollars[at], benchmark),
        )
        for at, step in enumerate(named)
    )
    return ArmBridge(lines, len(people), float(people.mean()), float(benchmark.mean()))


def _differences(steps: tuple[Step, ...], levels: list[float], decimals: int) -> list[float]:
    """Return steps that add up to rounded levels, and the rounded levels at the steps that are levels."""
    rounded = [round(level, decimals) for level in levels]
    return [
        level if step.level else round(level - before, decimals)
        for step, level, before in zip(steps, rounded, [0.0, *rounded[:-1]], strict=True)
    ]
