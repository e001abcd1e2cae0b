"""Where savings against a benchmark come from: channels switched off one after another, on common draws.

The parts of an ACO's savings in a year are differences of the same decade with one channel less each time, in
the order of :data:`sim.evaluation.channels.CHANNELS`, so that they add up to the cent in every replicate.
What is left when all are off is what rules make where nothing else acts, and the rest: its mean over
replicates, and each replicate's deviation from it, which is luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.evaluation.channels import ANSWER, AVERAGE, LUCK, RULES, TRUE, Channel
from sim.evaluation.performance import Figure
from sim.evaluation.switching import ALL_ON, ORIGIN, Off, Plan
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.kernels.codes import MONTHS_A_YEAR
from sim.outcomes.bridge import STEPS, Step
from sim.settlement.bridge import PARTS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Cents of a result variable where channels are off, shape (replicates, acos, years).
Cents = Callable[[Off, str], Ints]

_SAVED, _GROSS, _PRICES = "true_savings", "gross_savings", "bridge_prices"
_CENTS_A_DOLLAR, _PERCENT = 100.0, 100.0
#: Result variables that are read.
NEEDED = (_SAVED, _GROSS, _PRICES, *(f"bridge_{name}" for name in PARTS), "benchmark", "person_months")
_RULES: dict[str, Step] = {name: step for name in PARTS for step in STEPS if step.plus == (f"bridge_{name}",)}
_SHORT = {
    "adjustment": "adjustment of history",
    "caps": "caps on risk scores",
    "capitation": "capitation",
    "cara": "CARA",
    "falls": "falls prevention",
}


@dataclass(frozen=True, eq=False)
class Part:
    """One part of savings against the benchmark.

    Attributes
    ----------
    name, label, group : str
        Group is one of :data:`sim.evaluation.channels.GROUPS`.
    cents : int64 array, shape (replicates, acos, years)
    alone : int64 array or None
        What the channel makes where all others are off, but for those it acts through.
    on_top : int64 array or None
        What it makes where all others are on.
    """

    name: str
    label: str
    group: str
    cents: Ints
    alone: Ints | None = None
    on_top: Ints | None = None

    @property
    def nothing(self) -> bool:
        """Whether it is exactly nothing in every replicate and year, in whichever order."""
        return not any(one is not None and one.any() for one in (self.cents, self.alone, self.on_top))


@dataclass(frozen=True, eq=False)
class Decomposition:
    """An arm's savings against the benchmark in parts.

    Attributes
    ----------
    parts : tuple of Part
        They add up to `gross` in every replicate, ACO and year.
    gross : int64 array, shape (replicates, acos, years)
        Savings against the benchmark, cents; 0 where an ACO is not settled.
    person_years, benchmark : float64 arrays, shape (replicates,)
        Of the arm as stated, over all settled years; USD.
    years : int
        Performance years.
    left_true : int64 array, shape (replicates, acos, years)
        True savings with all channels off: 0 unless a rule of the scenario's own changes care.
    """

    parts: tuple[Part, ...]
    gross: Ints
    person_years: Floats
    benchmark: Floats
    years: int
    left_true: Ints

    def of_group(self, group: str) -> Ints:
        """Return all parts of a group together, shape (replicates, acos, years)."""
        return sum((one.cents for one in self.parts if one.group == group), np.zeros_like(self.gross))

    def of_part(self, part: Part) -> Line:
        """Return a part in figures; what is left on average is as uncertain as the mean that it is."""
        line = self.line(part.cents)
        if part.group != AVERAGE:
            return line
        known = self.line(part.cents + self.of_group(LUCK))
        return Line(
            Figure(line.usd.value, known.usd.error),
            Figure(line.per_person_year.value, known.per_person_year.error),
            Figure(line.percent.value, known.percent.error),
            line.spread,
        )

    def line(self, cents: Ints) -> Line:
        """Return cents in figures."""
        dollars = cents.sum(axis=(1, 2)) / _CENTS_A_DOLLAR
        percent = Figure.ratio(dollars, self.benchmark)
        return Line(
            Figure.of(dollars / self.years),
            Figure.ratio(dollars, self.person_years),
            Figure(_PERCENT * percent.value, _PERCENT * percent.error),
            float(np.std(dollars / self.years, ddof=1)) if dollars.size > 1 else float("nan"),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A part in figures, each with its Monte Carlo standard error.

    Attributes
    ----------
    usd : Figure
        USD a year, all ACOs together.
    per_person_year : Figure
        USD per aligned person-year.
    percent : Figure
        Of the benchmark.
    spread : float
        Standard deviation between replicates, USD a year.
    """

    usd: Figure
    per_person_year: Figure
    percent: Figure
    spread: float


def decompose(plan: Plan, results: Mapping[Off, xr.Dataset], aco: str | None = None) -> Decomposition:
    """Take an arm's savings apart.

    Parameters
    ----------
    plan : Plan
    results : mapping of frozenset of str to Dataset
        Complete replicates by the channels of the world that are off, as :attr:`Plan.worlds` has them, with
        :data:`NEEDED`. Those that are in all of them count.
    aco : str, optional
        One ACO; all together otherwise.

    Raises
    ------
    InputError
        When there is no such ACO, or no replicate is complete in every world.
    """
    shared = set.intersection(*(set(data["replicate"].values.tolist()) for data in results.values()))
    if not shared:
        raise InputError(
            Fault(ORIGIN, "", "has no replicate that is complete in every world", "run it again")
        )
    kept = {off: data.sel(replicate=sorted(shared)) for off, data in results.items()}
    known = next(iter(kept.values()))["aco"].values.tolist()
    if aco is not None and aco not in known:
        raise InputError(wrong_choice("--aco", "", aco, known))
    acos, every = known if aco is None else [aco], frozenset[str]().union(*plan.worlds)

    def cents(off: Off, name: str) -> Ints:
        of_world = off & every
        own = kept[of_world].sel(arm=plan.worlds[of_world].arms[off - of_world], aco=acos)
        whole = own[name].sum("cell") if "cell" in own[name].dims else own[name]
        values = whole.where(own[_GROSS].notnull(), 0.0).transpose("replicate", "aco", "year").values
        return np.rint(values * _CENTS_A_DOLLAR).astype(np.int64)

    stated = kept[ALL_ON].sel(arm=plan.worlds[ALL_ON].arms[ALL_ON], aco=acos)
    settled = stated["gross_savings"].notnull()

    def total(values: xr.DataArray) -> Floats:
        return np.asarray(values.where(settled).sum(("aco", "year")).values, np.float64)

    found = parts_of(plan, cents)
    return Decomposition(
        parts=tuple(found),
        gross=cents(ALL_ON, _GROSS),
        person_years=total(stated["person_months"].sum("cell")) / MONTHS_A_YEAR,
        benchmark=total(stated["benchmark"]),
        years=stated.sizes["year"],
        left_true=cents(plan.all_off, _SAVED),
    )


def parts_of(plan: Plan, cents: Cents) -> list[Part]:
    """Return the parts that savings against the benchmark are made of.

    Parameters
    ----------
    plan : Plan
    cents : callable
        Returns a result variable where channels are off.

    Notes
    -----
    With ``Y`` the savings against the benchmark and ``T`` the true ones, the effect's part ``Y(all on) - Y(no
    effect)`` is told as what is saved in truth, ``T(all on) - T(no effect)``, and what the benchmark makes of
    that: region, nation, limits and ACOs' decisions answer to what care costs. A channel that is off already
    is exactly 0. With all off, ``Y`` is the parts of rules, as ``leadsim bridge`` has them, and the price of
    risk and trend; of that each ACO's mean of a year over replicates, rounded to cents, is left on average,
    and the deviation from it is luck.
    """
    found: list[Part] = []
    chain = plan.chain()
    for channel, before, after in zip(plan.channels, chain[:-1], chain[1:], strict=True):
        whole, alone, on_top = (
            _made(cents, _GROSS, before, after),
            *_orders(plan, cents, channel, _GROSS),
        )
        if channel.name != "effect":
            found.append(Part(channel.name, channel.label, channel.group, whole, alone, on_top))
            continue
        saved, saved_alone, saved_on_top = (
            _made(cents, _SAVED, before, after),
            *_orders(plan, cents, channel, _SAVED),
        )
        found.append(Part("true_savings", "True savings", TRUE, saved, saved_alone, saved_on_top))
        rest = (
            None if one is None or of_truth is None else one - of_truth
            for one, of_truth in ((alone, saved_alone), (on_top, saved_on_top))
        )
        found.append(Part("answer", "Benchmark's answer to them", ANSWER, whole - saved, *rest))
    return [*found, *_left(plan, cents)]


def _made(cents: Cents, name: str, on: Off, off: Off) -> Ints:
    return cents(on, name) - cents(off, name)


def _orders(plan: Plan, cents: Cents, channel: Channel, name: str) -> tuple[Ints | None, Ints | None]:
    """Return what a channel makes alone, and what it makes where all others are on."""
    if not plan.orders:
        return None, None
    only = frozenset({channel.name})
    return _made(cents, name, *plan.alone(channel)), _made(cents, name, ALL_ON, only)


def _left(plan: Plan, cents: Cents) -> list[Part]:
    """Return what is left with all channels off: rules, what is there on average, and luck."""
    off = plan.all_off
    found = []
    for name, step in _RULES.items():
        part = cents(off, f"bridge_{name}")
        if part.any() or not step.optional:
            found.append(Part(name, f"Rule: {_SHORT.get(name, step.label.lower())}", RULES, part))
    # True savings are 0 here, but for rules of a scenario's own.
    rest = cents(off, _PRICES) + cents(off, _SAVED)
    average = np.broadcast_to(np.rint(rest.mean(axis=0)).astype(np.int64), rest.shape)
    found.append(Part("average", "Left on average", AVERAGE, average))
    found.append(Part("luck", "Luck", LUCK, rest - average))
    return found
