"""How good an evaluation is: settlement, truth and difference-in-differences of the same simulated decades.

After ADEMP (Morris, White and Crowther, Statistics in Medicine 2019): aims, data generation, estimands,
methods, performance. The estimand is the true effect, which a simulation knows: what the same people spend in
the reference arm, on the same draws, is not an estimate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.evaluation.claims import check_panel, panels
from sim.evaluation.did import COMPARISONS, Compared, Comparison, Estimate, compare, comparison_for
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.kernels.codes import MONTHS_A_YEAR
from sim.outcomes.error import mean_error, ratio_error
from sim.outcomes.panel import BASE_YEARS, SERVICES
from sim.outcomes.summary import complete, paid_to_acos

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over replicates.

    Attributes
    ----------
    value, error : float
        Mean and its Monte Carlo standard error, NaN with fewer than two replicates.
    """

    value: float
    error: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """Return the mean over replicates."""
        known = np.asarray(list(values), np.float64)
        return cls(float(known.mean()) if known.size else math.nan, mean_error(known))

    @classmethod
    def ratio(cls, top: Floats, bottom: Floats) -> Figure:
        """Return a ratio of sums over replicates."""
        whole = float(bottom.sum())
        return cls(float(top.sum()) / whole if whole else math.nan, ratio_error(top, bottom))


@dataclass(frozen=True, slots=True)
class Told:
    """One evaluation, and what is true of it: effects are changes of log spending.

    Attributes
    ----------
    truth, on_units : float
        See :class:`Performance`.
    estimate, pre_trend : Estimate
    """

    truth: float
    on_units: float
    estimate: Estimate
    pre_trend: Estimate


@dataclass(frozen=True, slots=True)
class Performance:
    """What evaluations of one service say, over replicates; effects are changes of log spending.

    Attributes
    ----------
    service : str
    truth : Figure
        True effect on people while they are an ACO's, their own spending in the reference arm being known. Of
        a single service it is not, and the effect on the panel's units stands for it.
    on_units : Figure
        True effect on the panel's units of people, against the same units in the reference arm. Who stays
        with a practice that has left, or has come to an ACO, makes it differ from the truth.
    estimate : Figure
    bias : Figure
        Estimate less truth.
    bias_of_comparison : Figure
        Estimate less effect on the units: what comparison people do otherwise than the ACO's would have.
    spread : float
        Standard deviation of estimates less truths between replicates.
    error : Figure
        Standard error that evaluations report.
    coverage : Figure
        Share of 95 % intervals that hold the truth.
    seen : Figure
        Share of estimates that differ from nothing at 5 %: power; without an effect, false positives.
    pre_trend : Figure
        Share of evaluations in which trends before entry differ at 5 %.
    """

    service: str
    truth: Figure
    on_units: Figure
    estimate: Figure
    bias: Figure
    bias_of_comparison: Figure
    spread: float
    error: Figure
    coverage: Figure
    seen: Figure
    pre_trend: Figure

    @property
    def without_effect(self) -> bool:
        """Whether there is nothing to see."""
        return self.truth.value == 0.0 and not self.truth.error > 0.0

    @classmethod
    def of(cls, service: str, made: Sequence[Told]) -> Performance:
        """Sum up what was told in each replicate."""
        apart = np.array([one.estimate.effect - one.truth for one in made])
        return cls(
            service,
            truth=Figure.of(one.truth for one in made),
            on_units=Figure.of(one.on_units for one in made),
            estimate=Figure.of(one.estimate.effect for one in made),
            bias=Figure.of(apart),
            bias_of_comparison=Figure.of(one.estimate.effect - one.on_units for one in made),
            spread=float(apart.std(ddof=1)) if len(made) > 1 else math.nan,
            error=Figure.of(one.estimate.error for one in made),
            coverage=Figure.of(one.estimate.covers(one.truth) for one in made),
            seen=Figure.of(one.estimate.seen for one in made),
            pre_trend=Figure.of(one.pre_trend.seen for one in made),
        )


@dataclass(frozen=True, slots=True)
class Money:
    """An arm's money over all years, mean over replicates.

    Attributes
    ----------
    benchmark_savings, true_savings, evaluated_savings : Figure
        Share of the benchmark, of what the people spend in the reference arm, and what the evaluation's mean
        effect comes to; savings are positive.
    payments, true_net, evaluated_net : Figure
        USD a person-year of ACOs' people: paid to ACOs, and savings less payments (positive: Medicare gains),
        by the truth (net of everything, people of no ACO included) and by the evaluation.
    """

    benchmark_savings: Figure
    true_savings: Figure
    evaluated_savings: Figure
    payments: Figure
    true_net: Figure
    evaluated_net: Figure


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What evaluations of one arm say.

    Attributes
    ----------
    arm : str
    comparison : str
        One of :data:`sim.evaluation.did.COMPARISONS`.
    replicates, acos, markets : int
        Evaluations, and ACOs that enter and their markets, in the first of them.
    money : Money
    services : tuple of Performance
        The first is all spending.
    by_event_year : dict of int to (Figure, Figure)
        Estimate and truth by year since entry, relative to the year before it.
    """

    arm: str
    comparison: Comparison
    replicates: int
    acos: int
    markets: int
    money: Money
    services: tuple[Performance, ...]
    by_event_year: dict[int, tuple[Figure, Figure]]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        told: dict[str, Any] = plain(
            {name: getattr(self, name) for name in self.__slots__}
            | {"services": {one.service: one for one in self.services}}
        )
        return told


def plain(value: Any) -> Any:
    """Return figures and what holds them as dicts and numbers, None for what is not known."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Figure | Performance | Money):
        return {name: plain(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def evaluate(
    data: xr.Dataset,
    arm: str,
    *,
    comparison: Comparison | None = None,
    practice_list: str = "first",
    services: Iterable[str] = SERVICES,
) -> Evaluation:
    """Evaluate an arm in every complete replicate, as if each were what happened.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it, of a study with ``evaluation_panel``.
    arm : str
        Not the reference arm.
    comparison : {"other_markets", "same_market"}, optional
        Comparison people; by default those of other markets where the arm leaves two without an ACO.
    practice_list : {"first", "present"}
        See :func:`sim.evaluation.claims.panels`.
    services : iterable of str
        Of :data:`sim.outcomes.panel.SERVICES`; all spending comes first in any case.

    Raises
    ------
    InputError
        When no panel was kept, the arm is the reference arm, or fewer than two markets are on either side.
    """
    check_panel(data)
    reference = str(data.attrs["reference_arm"])
    acting = [str(one) for one in data["arm"].values if str(one) != reference]
    if arm not in acting:
        raise InputError(wrong_choice("evaluate", "--arm", arm, acting))
    if comparison is not None and comparison not in COMPARISONS:
        raise InputError(wrong_choice("evaluate", "--comparison", comparison, COMPARISONS))
    whole = complete(data)
    if not whole.sizes["replicate"]:
        raise InputError(Fault("evaluate", "", "no replicate is complete", "run the scenario first"))
    paired = paired_effect(whole, arm)
    found: dict[str, list[Told]] = {}
    by_event: dict[int, list[tuple[float, float]]] = {}
    first: Compared | None = None
    chosen = comparison
    for service in dict.fromkeys([SERVICES[0], *services]):
        ours, theirs = (panels(whole, one, service, practice_list) for one in (arm, reference))
        for (replicate, panel), effect in zip(ours.items(), paired, strict=True):
            if not panel.treated.any():
                continue
            chosen = chosen or comparison_for(panel)
            shown = compare(panel, chosen)
            first = first or shown
            with np.errstate(invalid="ignore"):
                changed = panel.outcome - theirs[replicate].outcome
            on_units = shown.mean_after(changed)
            truth = shown.mean_after(effect) if service == SERVICES[0] else on_units
            told = Told(truth, on_units, shown.effect(), shown.pre_trend())
            found.setdefault(service, []).append(told)
            if service == SERVICES[0]:
                for event, estimate in shown.event_study().items():
                    by_event.setdefault(event, []).append((estimate.effect, shown.mean_at(changed, event)))
    if first is None:
        problem = "has no ACO in a program in any replicate"
        raise InputError(Fault("evaluate", f"arms.{arm}", problem, "choose another arm"))
    assert chosen is not None  # noqa: S101  something was compared
    treated = first.panel.treated
    return Evaluation(
        arm,
        chosen,
        replicates=len(found[SERVICES[0]]),
        acos=int(treated.sum()),
        markets=len(np.unique(first.panel.market[treated])),
        money=_money(whole, arm, [told.estimate.effect for told in found[SERVICES[0]]]),
        services=tuple(Performance.of(service, told) for service, told in found.items()),
        by_event_year={
            event: (Figure.of(one for one, _ in pairs), Figure.of(other for _, other in pairs))
            for event, pairs in sorted(by_event.items())
        },
    )


def paired_effect(data: xr.Dataset, arm: str) -> Floats:
    """Return the true change of log spending of ACOs' people, shape (replicates, acos, years).

    What the people aligned in a year spend in the arm and in the reference arm, on the same draws. Years are
    the panel's: nothing is changed in the base years.
    """
    own = data.sel(arm=arm)
    saved = own["true_savings"].sum("cell").transpose("replicate", "aco", "year").values
    spent = own["panel_spending"].sel(practice_list="present", service=SERVICES[0])
    spent = spent.isel(unit=slice(data.sizes["aco"]), panel_year=slice(BASE_YEARS, None))
    here = spent.transpose("replicate", "unit", "panel_year").values
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(here > 0, -np.log1p(saved / here), 0.0)
    return np.pad(effect, ((0, 0), (0, 0), (BASE_YEARS, 0)))


def _money(data: xr.Dataset, arm: str, effects: Sequence[float]) -> Money:
    """Return an arm's money over all ACO-years in a program; `effects` is the estimate of each replicate."""
    own = data.sel(arm=arm)
    inside = own["program"] > 0

    def total(values: xr.DataArray) -> Floats:
        """Sum over everything but replicates, of ACO-years in a program."""
        return np.asarray(values.where(inside).sum([dim for dim in values.dims if dim != "replicate"]).values)

    spent = own["panel_spending"].sel(practice_list="present", service=SERVICES[0])
    spent = spent.isel(unit=slice(data.sizes["aco"]), panel_year=slice(BASE_YEARS, None))
    spending = total(inside.copy(data=spent.transpose("replicate", "unit", "panel_year").values))
    saved, years = total(own["true_savings"]), total(own["person_months"]) / MONTHS_A_YEAR
    paid = sum((total(own[name]) for name in paid_to_acos(data)), start=np.zeros(len(years)))
    net = -own["medicare_net_cost"].sum("year").values
    kept = years > 0
    evaluated = spending[kept] * np.expm1(-np.asarray(effects))
    return Money(
        benchmark_savings=Figure.ratio(total(own["gross_savings"]), total(own["benchmark"])),
        true_savings=Figure.ratio(saved, saved + spending),
        evaluated_savings=Figure.of(-np.expm1(effects)),
        payments=Figure.ratio(paid, years),
        true_net=Figure.ratio(net, years),
        evaluated_net=Figure.ratio(evaluated - paid[kept], years[kept]),
    )
