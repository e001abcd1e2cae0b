"""Which program each ACO is in, on which terms: arrays over the ACOs of an arm, for one performance year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import InputError, unknown_aco
from sim.inputs.scenario_arms import NO_PROGRAM
from sim.inputs.scenario_books import LEAD, MSSP, REACH
from sim.population.plan import AcoPlan
from sim.scenarios import Scenario
from sim.settlement.elections import Elections
from sim.settlement.offers import Offers
from sim.settlement.served_terms import ServedTerms

Words = NDArray[np.str_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PROGRAMS = (NO_PROGRAM, "lead", MSSP, "reach")


@dataclass(frozen=True, eq=False)
class Contracts:
    """Contracts of one performance year; arrays of shape (acos,). What a program does not know is idle.

    Attributes
    ----------
    program : str array
        One of :data:`PROGRAMS`.
    risk_option : str array
        ``global`` or ``professional``.
    agreement_start : int64 array
        First year of the first agreement of the present stay; in LEAD and REACH the ACO's first PY.
    agreement_number : int64 array
        Which agreement that one is.
    track : str array
        Track of the Shared Savings Program in `track_year`.
    track_year : int64 array
    elected_rate : float64 array
        Minimum savings rate elected, NaN for the sliding table.
    low_revenue : bool array
    revenue_share : float64 array
        Participants' Medicare revenue over the expenditure of assigned people, NaN where unknown.
    elections : Elections
        Capitation and advances, stop-loss, and notice of exit.
    offers : Offers
        Falls prevention, benefit enhancements and incentives.
    served : ServedTerms
        Home-based programmes, and arrangements with Medicaid.
    """

    program: Words
    risk_option: Words
    agreement_start: Ints
    agreement_number: Ints
    track: Words
    track_year: Ints
    elected_rate: Floats
    low_revenue: Flags
    revenue_share: Floats
    elections: Elections
    offers: Offers
    served: ServedTerms

    @property
    def elects(self) -> Flags:
        """Which ACOs elect anything that is paid by month: in LEAD, and capitation in ACO REACH."""
        paid = np.where(self.program == REACH, self.elections.capitated, self.elections.any)
        return np.asarray(((self.program == LEAD) | (self.program == REACH)) & paid)

    @property
    def stop_loss(self) -> Flags:
        """Which ACOs are in LEAD and have stop-loss."""
        return np.asarray((self.program == "lead") & self.elections.stop_loss)

    @property
    def participates(self) -> Flags:
        """Which ACOs are in a program."""
        return np.asarray(self.program != NO_PROGRAM)

    @property
    def rebased(self) -> Flags:
        """Which ACOs are in a program that takes new base years at each agreement."""
        return np.asarray(self.program == MSSP)


@lru_cache(maxsize=256)
def contracts_of(scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...], year: int) -> Contracts:
    """Return the contracts that a scenario states for a year of an arm.

    Raises
    ------
    InputError
        When the arm has terms for an ACO that is none of `plans`.
    """
    stated = scenario.arms[arm]
    known = [plan.name for plan in plans]
    faults = [
        unknown_aco(scenario.merged.file(f"arms.{arm}.acos.{name}"), f"arms.{arm}.acos.{name}", name, known)
        for name in stated.acos
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    of_all = _stay(scenario, arm, None, year)
    former = int(scenario.rulebook(arm, MSSP).number("benchmark.agreement_of_former"))
    rows, elected = [], []
    for plan in plans:
        terms, joined = _stay(scenario, arm, plan.name, year) if plan.name in stated.acos else of_all
        rows.append(_contract(terms, joined, plan, scenario.years[0], former))
        elected.append(terms)

    def column(name: str, dtype: Any) -> NDArray[Any]:
        return np.array([row[name] for row in rows], dtype=dtype)

    return Contracts(
        program=column("program", np.str_),
        risk_option=column("risk_option", np.str_),
        agreement_start=column("agreement_start", np.int64),
        agreement_number=column("agreement_number", np.int64),
        track=column("track", np.str_),
        track_year=column("track_year", np.int64),
        elected_rate=column("elected_rate", np.float64),
        low_revenue=column("low_revenue", np.bool_),
        revenue_share=column("revenue_share", np.float64),
        served=ServedTerms.of(elected),
        elections=Elections.of(elected, year, _stop_loss_unless_said(scenario, arm, elected, year)),
        offers=Offers.of(elected),
    )


def _stop_loss_unless_said(scenario: Scenario, arm: str, terms: list[dict[str, Any]], year: int) -> bool:
    in_lead = any(one["program"] == LEAD for one in terms)
    return in_lead and scenario.rulebook(arm).flag("stop_loss.elected", year)


def _stay(scenario: Scenario, arm: str, aco: str | None, year: int) -> tuple[dict[str, Any], int]:
    """Return an ACO's terms in a year, and the first of the years in a row that it is in that program."""
    stated = scenario.arms[arm]
    terms = stated.terms(aco, year)
    joined = year
    while joined > scenario.years[0] and stated.terms(aco, joined - 1)["program"] == terms["program"]:
        joined -= 1
    return terms, joined


def _contract(
    terms: dict[str, Any], joined: int, plan: AcoPlan, first_py: int, former: int
) -> dict[str, Any]:
    """Return one ACO's contract: what is stated, else what its file says, else the schema's default.

    `former` is the agreement that an ACO from the Shared Savings Program is in.
    """
    stays = terms["program"] == MSSP and joined == first_py
    from_file = plan.mssp if stays else None
    start = terms.get("agreement_start")
    track = terms.get("track")
    revenue = terms.get("revenue") or ("low" if plan.low_revenue else "high")
    number = former if plan.former_mssp else 1
    started = joined
    if from_file is not None:
        number, started = from_file.agreement_number, from_file.agreement_start
    began = started if start is None else start
    track_year = began
    if track is None and from_file is not None:
        track, track_year = from_file.track, from_file.year
    elected = terms.get("elected_rate", None if plan.mssp is None else plan.mssp.elected_rate)
    return {
        "program": terms["program"],
        "risk_option": terms.get("risk_option", "global"),
        "agreement_start": began,
        "agreement_number": terms.get("agreement_number", number),
        "track": track or "basic-a",
        "track_year": track_year,
        "elected_rate": np.nan if elected is None else elected,
        "low_revenue": revenue == "low",
        "revenue_share": terms.get("revenue_share", np.nan),
    }
