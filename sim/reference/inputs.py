"""What a plain-Mesa year is given: a person's attributes and random numbers, the year's tables, quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, exp
from typing import NamedTuple, TypeVar, cast

import numpy as np

from sim.kernels.health import Health
from sim.kernels.layout import Disease, Markets, Practices, Referrals

Uniform = Callable[[], float]
T = TypeVar("T")


class Person:
    """The row and the columns of :class:`sim.kernels.layout.People` as attributes."""

    row: int
    birth_year: int
    entry_year: int
    entry_month: int
    traits: int
    market: int
    frailty: float
    cost_factor: float
    status: int
    conditions: int
    high_needs: int
    event: int
    admissions: int
    snf_days: int
    practice: int
    attested: int
    last_main: int
    last_other: int
    last_main_visits: int
    last_other_visits: int
    older_main: int
    older_other: int
    older_main_visits: int
    older_other_visits: int
    aligned: int
    cell: int
    months: int
    spend: int
    risk: float
    late_months: int
    needy_risk: float
    falls_course: int


class Draws(NamedTuple):
    """Where a person's random numbers come from: for each thing decided, a source of uniforms in (0, 1).

    `onset` is called with the number of the onset, `recovery` with that of the condition, `specialist`,
    `specialist_luck` and `specialist_number` with the kind of episode; `missing` gives a mask of 32 bits,
    each set with a chance of one half to the power it is called with.
    """

    death: Uniform
    death_month: Uniform
    leaving: Uniform
    leaving_month: Uniform
    onset_count: Uniform
    onset: Callable[[int], float]
    recovery: Callable[[int], float]
    missing: Callable[[int], int]
    changing_practice: Uniform
    new_practice: tuple[Uniform, Uniform]
    other_practice: tuple[Uniform, Uniform]
    attesting: Uniform
    use: Uniform
    visits: Uniform
    elsewhere: Uniform
    ambulatory_cost: Uniform
    event: Uniform
    event_cost: Uniform
    stays: Uniform
    snf: Uniform
    snf_days: Uniform
    hospice: Uniform
    cause: Uniform
    readmissions: Uniform
    event_month: Uniform
    follow_up: Uniform
    averted: Uniform
    sent_home: Uniform
    emergencies: Uniform
    procedure: Uniform
    procedure_cost: Uniform
    procedure_month: Uniform
    procedure_setting: Uniform
    clinical_value: Uniform
    fall_visits: Uniform
    high_needs_month: Uniform
    at_risk_of_falls: Uniform
    falls_prevention: Uniform
    cost_sharing_support: Uniform
    averted_visits: Uniform
    home_care: Uniform
    home_emergencies: Uniform
    full_benefit: Uniform
    covered: Uniform
    specialist: Callable[[int], float]
    specialist_luck: Callable[[int], float]
    specialist_number: Callable[[int], float]


def one_source(uniform: Uniform) -> Draws:
    """Return draws that all come from one generator, as in an ordinary Mesa model.

    Python's ``random`` may also return 0, of which no normal quantile exists: once in 2**53 draws.
    """

    def missing(halvings: int) -> int:
        mask = 2**32 - 1
        for _ in range(halvings):
            mask &= int(uniform() * 2**32)
        return mask

    special = {
        "missing": missing,
        "onset": lambda _: uniform(),
        "recovery": lambda _: uniform(),
        "specialist": lambda _: uniform(),
        "specialist_luck": lambda _: uniform(),
        "specialist_number": lambda _: uniform(),
        "new_practice": (uniform, uniform),
        "other_practice": (uniform, uniform),
    }
    return Draws(**{name: special.get(name, uniform) for name in Draws._fields})  # type: ignore[arg-type]


class Tables(NamedTuple):
    """What a year is like."""

    markets: Markets
    practices: Practices
    disease: Disease
    health: Health
    referrals: Referrals

    def as_lists(self) -> Tables:
        """Return the same tables with nested lists of Python numbers in place of arrays."""
        return Tables(
            _as_lists(self.markets),
            _as_lists(self.practices),
            _as_lists(self.disease),
            _as_lists(self.health),
            _as_lists(self.referrals),
        )


def _as_lists(table: T) -> T:
    fields = cast("tuple[object, ...]", table)
    return type(table)(*(_plain(field) for field in fields))


def _plain(field: object) -> object:
    if isinstance(field, np.ndarray):
        return field.tolist()
    return _as_lists(field) if isinstance(field, tuple) else field


def index_above(u: float, cumulative: Sequence[float]) -> int:
    """Return the first index whose cumulative share exceeds `u`; past the end, their number."""
    return next((k for k, share in enumerate(cumulative) if u < share), len(cumulative))


def poisson(u: float, mean: float, most: int) -> int:
    """Return the Poisson quantile of `u`, at most `most`."""
    count, mass = 0, exp(-mean)
    below = mass
    while below < u and count < most:
        count += 1
        mass *= mean / count
        below += mass
    return count


def binomial(u: float, trials: int, chance: float) -> int:
    """Return the binomial quantile of `u`."""
    below = 0.0
    for count in range(trials):
        below += comb(trials, count) * chance**count * (1.0 - chance) ** (trials - count)
        if u <= below:
            return count
    return trials
