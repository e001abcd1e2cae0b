"""What a rulebook says of episode arrangements (CARA) in one performance year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook

Floats = NDArray[np.float64]

CLASSES = ("procedural", "acute", "chronic")


@dataclass(frozen=True, eq=False)
class CaraTerms:
    """Values of the rulebook's chapter on CARA.

    Attributes
    ----------
    first_py : int
        First year in which episodes trigger.
    options, measures, approaches : tuple of str
        Risk options, cost measures and approaches that are offered.
    with_npcc_or_apo : bool
        Whether a provider with NPCC or APO may take part.
    price : str
        How a target price is built where a contract does not say.
    discount, minimum : float64 arrays, shape (classes,)
        By :data:`CLASSES`: discount, and least episodes reconciled, where a contract does not say.
    discount_limits, performance_limits : float64 arrays, shape (2,)
    team_weights : float64 array, shape (years,)
    team_years_before : tuple of int
        Baseline years of TEAM's price, counted back from the performance year.
    bpci_discount : float
    trend_correction : float
        See :func:`sim.policy.cara.trend_correction`.
    performance_adjustment : float
    loss_adjustment : str
        See :func:`sim.policy.cara.reconciled`.
    overlap : str
        ``each`` or ``exclusive``.
    collected, collected_after : float
        Of what is owed by specialists whose contract goes on, and of those whose does not.
    drops_left, drops_died, drops_esrd : bool
        See :func:`sim.policy.cara_episodes.dropped`.
    excludes_outliers, standardised : bool
        Whether outliers do not count; whether prices and costs are those of the nation.
    least_before : int
        Episodes that a contract's specialists need in the year before.
    report_lag : int
        Months from a quarter's end to its report.
    measured : bool
        Whether a score not stated is that of the rulebook's measure; 1 otherwise.
    percentiles : float64 array, shape (2,)
        Of specialists' rates, that earn all and nothing.
    review_refused : float
        Chance that changes of an episode are refused.
    in_expenditure : bool
        Whether payments count in expenditure before the corridors; else the ACO owes them after.
    """

    first_py: int
    options: tuple[str, ...]
    measures: tuple[str, ...]
    approaches: tuple[str, ...]
    with_npcc_or_apo: bool
    price: str
    discount: Floats
    minimum: Floats
    discount_limits: Floats
    performance_limits: Floats
    team_weights: Floats
    team_years_before: tuple[int, ...]
    bpci_discount: float
    trend_correction: float
    performance_adjustment: float
    loss_adjustment: str
    overlap: str
    collected: float
    collected_after: float
    drops_left: bool
    drops_died: bool
    drops_esrd: bool
    excludes_outliers: bool
    standardised: bool
    least_before: int
    report_lag: int
    measured: bool
    percentiles: Floats
    review_refused: float
    in_expenditure: bool


def cara_terms(rulebook: Rulebook, year: int) -> CaraTerms:
    """Return the terms of a performance year."""

    def number(key: str) -> float:
        return rulebook.number(f"cara.{key}", year)

    def array(key: str) -> Floats:
        return rulebook.array(f"cara.{key}", year)

    def by_class(key: str) -> Floats:
        return np.array([number(f"{key}.{name}") for name in CLASSES])

    return CaraTerms(
        first_py=int(number("first_py")),
        options=rulebook.words("cara.options", year),
        measures=rulebook.words("cara.episodes", year),
        approaches=rulebook.words("cara.approaches", year),
        with_npcc_or_apo=rulebook.flag("cara.with_npcc_or_apo", year),
        price=rulebook.word("cara.price", year),
        discount=by_class("discount"),
        minimum=by_class("minimum"),
        discount_limits=array("discount_limits"),
        performance_limits=array("performance_limits"),
        team_weights=array("team_weights"),
        team_years_before=tuple(int(back) for back in array("team_years_before")),
        bpci_discount=number("bpci_discount"),
        trend_correction=number("trend_correction"),
        performance_adjustment=number("performance_adjustment"),
        loss_adjustment=rulebook.word("cara.loss_adjustment", year),
        overlap=rulebook.word("cara.overlap", year),
        collected=number("collected"),
        collected_after=number("collected_after_leaving"),
        drops_left=rulebook.flag("cara.drop.left", year),
        drops_died=rulebook.flag("cara.drop.died", year),
        drops_esrd=rulebook.flag("cara.drop.esrd", year),
        excludes_outliers=rulebook.word("cara.outliers", year) == "excluded",
        standardised=rulebook.flag("cara.standardised", year),
        least_before=int(number("least_before")),
        report_lag=int(number("report_lag")),
        measured=rulebook.word("cara.quality_measure", year) != "none",
        percentiles=array("quality_percentiles"),
        review_refused=number("review_refused"),
        in_expenditure=rulebook.flag("cara.counts_as_expenditure", year),
    )
