"""What an evaluation would report: difference-in-differences on the panel that a study keeps.

It sees what an evaluation sees, spending and risk scores of units of people and when each ACO entered, and
nothing of the reference arm. Outcomes are logs of spending a person-month, so that effects are fractions.

Staggered entry is handled by the transformation of Lee and Wooldridge, "A simple transformation approach to
difference-in-differences estimation for panel data" (SSRN 4516518, 2023): each unit's outcomes after entry
less its mean before, entry by entry, against units that never enter, so that no unit that has entered serves
as a comparison. With the mean before as the base these are the group-time effects of Callaway and Sant'Anna
(Journal of Econometrics 2021); one number for each unit remains, which is regressed on having entered, with
statsmodels' errors clustered by market and Welch's degrees of freedom.

Comparison people are in markets of which no ACO enters, or in the ACO's own market with practices on no list.
The former are weighted by entropy balancing (Hainmueller, Political Analysis 2012) to the base-year spending
and risk score of people of ACOs; the latter stand for their market with the months of its ACO's people.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from scipy import optimize, stats

from sim.evaluation.claims import NEVER, Claims, Flags, Floats
from sim.inputs.faults import Fault, InputError

Comparison = Literal["other_markets", "same_market"]
COMPARISONS: tuple[Comparison, ...] = ("other_markets", "same_market")
#: Clusters on either side without which no error can be told.
FEWEST = 2
_LEVEL = 0.95
# How far balancing may stay from the target, in standard deviations squared: exact balance on few units would
# put all weight on one or two of them.
_SLACK = 0.1


@dataclass(frozen=True, slots=True)
class Estimate:
    """A change of log spending that an evaluation reports.

    Attributes
    ----------
    effect, error : float
        Estimate, negative where spending falls, and its cluster-robust standard error.
    freedom : float
        Degrees of freedom, from the number of markets on either side.
    """

    effect: float
    error: float
    freedom: float

    @property
    def bound(self) -> float:
        """Half the width of its 95 % interval."""
        return float(self.error * stats.t.ppf(0.5 + _LEVEL / 2, self.freedom))

    @property
    def seen(self) -> bool:
        """Whether it differs from nothing at 5 %."""
        return abs(self.effect) > self.bound

    def covers(self, truth: float) -> bool:
        """Return whether the 95 % interval holds a value."""
        return abs(self.effect - truth) <= self.bound


def comparison_for(panel: Claims) -> Comparison:
    """Return the comparison to choose: other markets where two have no ACO that enters, else the same."""
    others = np.setdiff1d(panel.market, panel.market[panel.treated])
    return "other_markets" if len(others) >= FEWEST else "same_market"


@dataclass(frozen=True, slots=True)
class Compared:
    """Units set against each other, ready for one regression after another; made by :func:`compare`.

    Attributes
    ----------
    panel : Claims
        Units that enter, and those they are compared with. Where those are of the same market, only the
        former, their outcomes less their market's.
    weight : float64, shape (units,)
        Person-months of a base year, of comparison units as far as they count.
    """

    panel: Claims
    weight: Floats

    def effect(self) -> Estimate:
        """Return the mean effect over the units and years from entry on."""

        def change(entry: int) -> Floats:
            after = self.panel.years >= entry
            outcome = self.panel.outcome
            return np.asarray(outcome[:, after].mean(axis=1) - outcome[:, ~after].mean(axis=1))

        return self._regress(self._by_entry(change))

    def event_study(self) -> dict[int, Estimate]:
        """Return effects by year since entry, 0 the first, relative to the year before it.

        Units that entered too late or too early for a year are left out of it, and years with fewer than two
        markets that entered are.
        """
        years, entries = self.panel.years.tolist(), self._entries()
        found: dict[int, Estimate] = {}
        for event in range(years[0] - entries[-1], years[-1] - entries[0] + 1):
            observed = [entry for entry in entries if years[0] <= entry + event <= years[-1]]
            keep = np.isin(self.panel.entered, [*observed, NEVER])
            part = Compared(self.panel.of_units(keep), self.weight[keep])
            if event == -1 or len(np.unique(part.panel.market[part.panel.treated])) < FEWEST:
                continue
            found[event] = part._regress(part._by_entry(partial(part._between, event)))
        return found

    def pre_trend(self) -> Estimate:
        """Return by how much more a year spending grew before entry in those who enter; nothing acted yet."""

        def slope(entry: int) -> Floats:
            before = self.panel.years < entry
            when = self.panel.years[before] - self.panel.years[before].mean()
            return np.asarray(self.panel.outcome[:, before] @ when / (when @ when))

        return self._regress(self._by_entry(slope))

    def mean_after(self, values: Floats) -> float:
        """Return the weighted mean, over units that enter and years from entry on, of `values` (rows, years).

        A row is a unit of the whole panel, by :attr:`Claims.unit`.
        """
        treated, years = self.panel.treated, self.panel.years
        own = values[self.panel.unit[treated], : len(years)]
        after = years >= self.panel.entered[treated][:, None]
        return float(np.average((own * after).sum(axis=1) / after.sum(axis=1), weights=self.weight[treated]))

    def mean_at(self, values: Floats, event: int) -> float:
        """Return the weighted mean of `values` (rows, years) a year since entry, less the year before it."""
        treated, years = self.panel.treated, self.panel.years
        entered = self.panel.entered[treated]
        seen = (entered + event >= years[0]) & (entered + event <= years[-1])
        own, first = self.panel.unit[treated][seen], entered[seen] - years[0]
        return float(
            np.average(
                values[own, first + event] - values[own, first - 1], weights=self.weight[treated][seen]
            )
        )

    def _entries(self) -> list[int]:
        found: list[int] = np.unique(self.panel.entered[self.panel.treated]).tolist()
        return found

    def _between(self, event: int, entry: int) -> Floats:
        """Return changes from the year before an entry to a year since."""
        at = {year: place for place, year in enumerate(self.panel.years.tolist())}
        outcome = self.panel.outcome
        return np.asarray(outcome[:, at[entry + event]] - outcome[:, at[entry - 1]])

    def _by_entry(self, transformed: Callable[[int], Floats]) -> Floats:
        """Return one number for each unit: by its own entry, of others by the mix of all entries."""
        treated, entered = self.panel.treated, self.panel.entered
        found = np.zeros(len(entered))
        for entry in self._entries():
            values, own = transformed(entry), entered == entry
            found[own] = values[own]
            found[~treated] += values[~treated] * (self.weight[own].sum() / self.weight[treated].sum())
        return found

    def _regress(self, values: Floats) -> Estimate:
        """Regress one number for each unit on having entered; errors are clustered by market.

        Comparison units are in other markets, so that both means have errors of their own, each corrected for
        its few clusters; degrees of freedom are Welch's. A common correction would be too small where few
        markets enter.
        """
        treated = self.panel.treated
        mean, squared, freedom = self._side(values, treated)
        if treated.all():
            return Estimate(mean, math.sqrt(squared), freedom)
        other, other_squared, other_freedom = self._side(values, ~treated)
        both = squared + other_squared
        welch = squared**2 / freedom + other_squared**2 / other_freedom
        return Estimate(mean - other, math.sqrt(both), both**2 / welch if welch else freedom)

    def _side(self, values: Floats, which: Flags) -> tuple[float, float, float]:
        """Return the weighted mean of some units, the square of its clustered error and its freedom."""
        from statsmodels.regression.linear_model import WLS  # noqa: PLC0415  takes a second to load

        market = self.panel.market[which]
        fit = WLS(values[which], np.ones(len(market)), weights=self.weight[which]).fit(
            cov_type="cluster", cov_kwds={"groups": market}
        )
        return float(fit.params[0]), float(fit.bse[0]) ** 2, len(np.unique(market)) - 1.0


def compare(panel: Claims, comparison: Comparison) -> Compared:
    """Set units that enter against units that never do.

    Parameters
    ----------
    panel : Claims
    comparison : {"other_markets", "same_market"}
        See the notes of this module.

    Raises
    ------
    InputError
        When there are fewer than two markets on either side.
    """
    panel = panel.of_units(np.isfinite(panel.outcome).all(axis=1) & (panel.months > 0))
    treated = panel.treated
    inside = np.isin(panel.market, panel.market[treated])
    pool = ~panel.is_aco & inside if comparison == "same_market" else ~inside
    for who, which in (("with ACOs in a program", treated), (f"for comparison ({comparison})", pool)):
        if (found := len(np.unique(panel.market[which]))) < FEWEST:
            problem, allowed = f"has {found} markets {who}", f"{FEWEST} or more: errors are told between them"
            raise InputError(Fault("evaluate", "", problem, allowed))
    if comparison == "same_market":
        beside = {int(panel.market[row]): row for row in np.flatnonzero(pool)}
        kept = np.array([row for row in np.flatnonzero(treated) if int(panel.market[row]) in beside])
        others = panel.outcome[[beside[int(panel.market[row])] for row in kept]]
        ours = panel.of_units(kept)
        return Compared(replace(ours, outcome=ours.outcome - others), ours.months)
    kept = treated | pool
    some, enter = panel.of_units(kept), treated[kept]
    weight = some.months.copy()
    weight[~enter] = balanced(
        some.covariates[~enter], some.months[~enter], some.covariates[enter], weight[enter]
    )
    return Compared(some, weight)


def balanced(covariates: Floats, months: Floats, target: Floats, target_months: Floats) -> Floats:
    """Return weights of comparison units whose means come to those of others, as near to `months` as may be.

    Parameters
    ----------
    covariates : float64, shape (units, covariates)
    months : float64, shape (units,)
        Weights to begin with.
    target, target_months : float64, shape (others, covariates) and (others,)
        Whose means are to be met, and their weights.

    Returns
    -------
    float64 array, shape (units,)
        Adding up to the target's months. Means are met but for a little, the less the more units there are.

    Notes
    -----
    Entropy balancing, with a penalty on the multipliers that keeps weights finite where no exact balance
    exists.
    """
    wanted = np.average(target, axis=0, weights=target_months)
    spread = np.concatenate([covariates, target]).std(axis=0)
    apart = (covariates - wanted) / np.where(spread > 0, spread, 1.0)
    start = np.log(months / months.sum())

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        raised = start - apart @ multipliers
        top = raised.max()
        weight = np.exp(raised - top)
        value = top + np.log(weight.sum()) + 0.5 * _SLACK * multipliers @ multipliers
        return float(value), np.asarray(_SLACK * multipliers - apart.T @ (weight / weight.sum()))

    found = optimize.minimize(dual, np.zeros(apart.shape[1]), jac=True, method="BFGS").x
    raised = start - apart @ found
    weight = np.exp(raised - raised.max())
    return np.asarray(weight / weight.sum() * target_months.sum())
