"""What ACOs there are and in which markets: from a scenario's own list, or one for each row of a CMS file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, nearest
from sim.inputs.mssp_columns import ENROLLMENT_TYPES, NUMBERS, TYPE_COLUMNS, expenditure_names
from sim.inputs.mssp_file import MsspFile
from sim.inputs.mssp_terms import elected_rate
from sim.inputs.rulebook import load_rulebook
from sim.inputs.scenario_acos import MOST_LIVES, Mix, Risk, Spending
from sim.kernels.codes import Kind
from sim.policy.mssp_benchmark import regional_weight
from sim.scenarios import Scenario

_CENT = 0.01
# In CMS's files, spending by type is between a quarter of the mean and seven times it.
_APART = 20.0
_MIX = "must give a number, or * where one is suppressed, for each enrollment type"


@dataclass(frozen=True, slots=True)
class MsspStanding:
    """Where an ACO of a CMS file stands in the Shared Savings Program.

    Attributes
    ----------
    year : int
        Performance year of the file.
    track : str
        One of :data:`sim.inputs.mssp_columns.TRACKS`, in that year.
    agreement_start, agreement_number : int
        First calendar year of the present agreement, and which one it is. An agreement that began in July
        2019 counts from January 2020.
    elected_rate : float or None
        Minimum savings rate that its published rate shows, None for the sliding table.
    """

    year: int
    track: str
    agreement_start: int
    agreement_number: int
    elected_rate: float | None


@dataclass(frozen=True, slots=True)
class AcoPlan:
    """One ACO as the starting world should have it.

    Attributes
    ----------
    name : str
    entry : {"renewing", "newly_entering"}
    leadership : {"physician", "hospital"}
    rural : bool
    lives : int
        Aligned people in the first performance year.
    high_needs_share : float or None
        Share of its lives who are High Needs; None means the market's.
    former_mssp : bool
    efficiency : float or None
        Spending relative to its region, -0.03 being 3 % cheaper; None means drawn.
    market : str
        Label of the market; ACOs with the same label share it.
    low_revenue : bool
        Whether it is a low-revenue ACO; unless a file says so, one that physicians lead.
    mssp : MsspStanding or None
        Its standing by the file it comes from.
    prior_savings : float or None
        Savings in the base years under an earlier program, a share of spending; None means the evidence's for
        renewing ACOs and 0 for others.
    mix, spend, risk : tuple of float or None
        By kind: enrollment mix; spending per person relative to the nation, the ACO's own efficiency apart;
        mean risk score relative to the nation. None, or NaN for a kind, means drawn around the nation's.
    market_share : float or None
        Share of its market's assignable people who are its own; None means the scenario's.
    effect, effect_scale, fixed_cost, cost_per_person : float or None
        Its effect at the plateau; factor on all its effects; USD a year; USD a person-month. None means the
        evidence's.
    reserves : float or None
        USD that it has at the start and is held to; None means that its owners pay what it owes.
    partner_state : bool or None
        Whether its market lies in a state that is a partner for LEAD's Medicaid route; None means drawn.
    """

    name: str
    entry: Literal["renewing", "newly_entering"]
    leadership: Literal["physician", "hospital"]
    rural: bool
    lives: int
    high_needs_share: float | None
    former_mssp: bool
    efficiency: float | None
    market: str
    low_revenue: bool = False
    mssp: MsspStanding | None = None
    mix: tuple[float, ...] | None = None
    spend: tuple[float, ...] | None = None
    risk: tuple[float, ...] | None = None
    prior_savings: float | None = None
    market_share: float | None = None
    effect: float | None = None
    effect_scale: float | None = None
    fixed_cost: float | None = None
    cost_per_person: float | None = None
    reserves: float | None = None
    partner_state: bool | None = None


def plan_acos(scenario: Scenario) -> tuple[AcoPlan, ...]:
    """Return the ACOs of a scenario.

    Raises
    ------
    InputError
        When the CMS file cannot be read or lacks a column.
    """
    population = scenario.population
    source = scenario.mssp_source
    if source is None:
        return tuple(
            AcoPlan(
                name=aco.name,
                entry=aco.entry,
                leadership=aco.leadership,
                rural=aco.market == "rural",
                lives=aco.lives,
                high_needs_share=aco.high_needs_share,
                former_mssp=aco.former_mssp,
                efficiency=aco.efficiency,
                market=aco.region or aco.name,
                low_revenue=aco.leadership == "physician",
                mix=_by_kind(aco.mix),
                spend=_by_kind(aco.spending),
                risk=_by_kind(aco.risk),
                prior_savings=aco.prior_savings,
                market_share=aco.market_share,
                effect=aco.effect,
                effect_scale=aco.effect_scale,
                fixed_cost=aco.fixed_cost,
                cost_per_person=aco.cost_per_person,
                reserves=aco.reserves,
                partner_state=aco.partner_state,
            )
            for aco in population.synthetic
        )
    return plan_from_file(_chosen(source.read(), scenario))


def _by_kind(stated: Mix | Spending | Risk | None) -> tuple[float, ...] | None:
    """Return what an ACO states by enrollment type, NaN for a type that it leaves out."""
    if stated is None:
        return None
    values = (getattr(stated, kind.name.lower()) for kind in Kind)
    return tuple(np.nan if value is None else value for value in values)


def _chosen(file: MsspFile, scenario: Scenario) -> MsspFile:
    """Return the ACOs that the scenario names, or the first so many, of a file of one year."""
    population = scenario.population
    if np.unique(file.performance_year).size > 1:
        key = "population.mssp_year"
        years = ", ".join(str(year) for year in np.unique(file.performance_year))
        raise InputError(
            Fault(file.source, key, "the file holds several performance years", f"one of {years}")
        )
    known = file.aco_id.tolist()
    faults = [
        Fault(file.source, "population.acos", f"= {aco!r}", "an ACO_ID of the file", nearest(aco, known))
        for aco in population.aco_ids
        if aco not in known
    ]
    if faults:
        raise InputError(faults)
    rows = [known.index(aco) for aco in population.aco_ids] or list(range(len(known)))
    return file.select(np.array(rows[: population.first], np.intp))


def plan_from_file(file: MsspFile) -> tuple[AcoPlan, ...]:
    """Return one ACO for each row of an MSSP public use file, each with a market of its own.

    Parameters
    ----------
    file : MsspFile
        One performance year.

    Notes
    -----
    All enter as renewing former MSSP ACOs. Size, enrollment mix and mean risk by type are the file's.
    Spending by type is taken relative to all ACOs of the file, so that its price year, truncation and
    exclusions cancel. The regional adjustment over its weight in the ACO's agreement (42 CFR 425.656(d)) is
    the gap between region and ACO: it splits the spending level into the market's and the ACO's own
    efficiency. High-revenue ACOs are hospital-led.
    What they saved in the file's year stands for what they saved in their base years.
    """
    file.require("person_years", "per_capita", "risk")
    people = file.person_years
    _check_people(file)
    mix = people / people.sum(axis=1, keepdims=True)
    # A type that no cell of the file shows stands at the nation's.
    risk = np.where(file.risk[:, :, -1] > 0.0, file.risk[:, :, -1], 1.0)
    spend = file.per_capita[:, :, -1]
    shown = np.where(spend > 0.0, people, 0.0)
    national = (shown * np.nan_to_num(spend)).sum(axis=0) / np.maximum(shown.sum(axis=0), 1.0)
    spend = np.where(spend > 0.0, spend, np.where(national > 0.0, national, 1.0))
    national = np.where(national > 0.0, national, 1.0)
    gap = _regional_gap(file)
    per_capita = (mix * spend).sum(axis=1)
    # A gap that leaves the region nothing makes an efficiency that is refused below.
    efficiency = np.where(np.isnan(gap), np.nan, per_capita / np.maximum(per_capita + gap, _CENT) - 1.0)
    regional = spend / national / (1.0 + np.nan_to_num(efficiency))[:, None]
    saved = file.benchmark_usd / np.where(file.expenditure_usd > 0.0, file.expenditure_usd, np.nan) - 1.0
    _check_levels(file, efficiency, regional, saved)
    standing = _standing(file)
    return tuple(
        AcoPlan(
            name=str(file.aco_id[a]),
            entry="renewing",
            leadership="hospital" if file.revenue[a] == "high" else "physician",
            rural=False,
            lives=round(float(file.n_assigned[a])),
            high_needs_share=None,
            former_mssp=True,
            efficiency=None if np.isnan(efficiency[a]) else float(efficiency[a]),
            market=str(file.aco_id[a]),
            low_revenue=str(file.revenue[a]) != "high",
            mssp=standing[a],
            mix=tuple(mix[a].tolist()),
            spend=tuple(regional[a].tolist()),
            risk=tuple(risk[a].tolist()),
            prior_savings=None if np.isnan(saved[a]) else float(saved[a]),
        )
        for a in range(len(file))
    )


def _check_people(file: MsspFile) -> None:
    """Raise an InputError that names each ACO of no people by type, or that says all are too many."""
    names = TYPE_COLUMNS["person_years"].names[0]
    faults = [
        Fault(file.source, f"{file.aco_id[a]}, {names}", "and its like do not say who its people are", _MIX)
        for a in np.flatnonzero(~(file.person_years.sum(axis=1) > 0.0))
    ]
    if (lives := file.n_assigned.sum()) > MOST_LIVES:
        problem = f"adds up to {lives:,.0f} lives"
        allowed = f"must be at most {MOST_LIVES:,}, all of Medicare"
        faults.append(Fault(file.source, NUMBERS["n_assigned"].names[0], problem, allowed))
    if faults:
        raise InputError(faults)


def _check_levels(
    file: MsspFile,
    efficiency: NDArray[np.float64],
    regional: NDArray[np.float64],
    saved: NDArray[np.float64],
) -> None:
    """Raise an InputError that names each ACO whose figures no ACO can have, beside those of the file."""
    faults = []
    for a in np.flatnonzero(np.abs(efficiency) >= 1.0):
        problem = f"= {file.regional_adjustment[a]:,.10g} is as large as what its people cost"
        allowed = "must leave ACO and region less than twice as costly as each other"
        faults.append(
            Fault(
                file.source, f"{file.aco_id[a]}, {NUMBERS['regional_adjustment'].names[0]}", problem, allowed
            )
        )
    for a in np.flatnonzero(np.abs(saved) >= 1.0):
        problem = f"= {file.benchmark_usd[a]:,.0f} is no benchmark of {file.expenditure_usd[a]:,.0f} spent"
        allowed = "must be above 0 and less than twice as much"
        faults.append(
            Fault(file.source, f"{file.aco_id[a]}, {NUMBERS['benchmark_usd'].names[0]}", problem, allowed)
        )
    odd = (regional < 1.0 / _APART) | (regional > _APART)
    for a, kind in [] if faults else np.argwhere(odd):
        name = expenditure_names(ENROLLMENT_TYPES[kind], "PY")[0]
        problem = f"= {file.per_capita[a, kind, -1]:,.10g} is {regional[a, kind]:.3g} times the file's mean"
        allowed = f"must be within 1/{_APART:g} to {_APART:g} times the mean, its regional gap apart"
        faults.append(Fault(file.source, f"{file.aco_id[a]}, {name}", problem, allowed))
    if faults:
        raise InputError(faults)


def _standing(file: MsspFile) -> list[MsspStanding]:
    """Return each ACO's standing. One whose start is not given started with the file's year."""
    elected = elected_rate(file, load_rulebook("mssp"))
    unknown = np.isnat(file.agreement_start)
    months = np.where(unknown, 0, file.agreement_start.astype("datetime64[M]").astype(np.int64))
    # Starts in mid-year were those of July 2019, whose agreements ran half a year longer.
    start = np.where(unknown, file.performance_year, 1970 + -(-months // 12))
    number = np.nan_to_num(file.agreement_period, nan=1.0).astype(np.int64)
    return [
        MsspStanding(
            year=int(file.performance_year[a]),
            track=str(file.track[a]),
            agreement_start=int(start[a]),
            agreement_number=int(number[a]),
            elected_rate=None if np.isnan(elected[a]) else float(elected[a]),
        )
        for a in range(len(file))
    ]


def _regional_gap(file: MsspFile) -> NDArray[np.float64]:
    """Return regional less own spending in USD per person-year, NaN where the file does not show it."""
    rules = load_rulebook("mssp")
    adjustment = file.regional_adjustment
    weight = regional_weight(
        np.nan_to_num(adjustment),
        np.nan_to_num(file.agreement_period, nan=1.0),
        rules.array("benchmark.regional_weight_below"),
        rules.array("benchmark.regional_weight_above"),
    )
    return np.where(np.isnan(adjustment), np.nan, adjustment / weight)
