"""What the base years say about ACOs in LEAD, kept for as long as an agreement lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.agents.usual import own_parameters
from sim.behaviour.effect import EffectParameters, effect_before
from sim.behaviour.evidence_reader import Reader
from sim.kernels.codes import N_CELLS, RISK_UNIT
from sim.policy.lead import BaselineInputs, PerformanceYearInputs
from sim.policy.rate_book import county_rates
from sim.population.experience import ratio
from sim.population.past import Volunteers
from sim.population.plan import AcoPlan
from sim.settlement.program import Floats, Ints, Shown

BASE_YEARS = 3
CLAIMS, VOLUNTARY = slice(0, N_CELLS // 2), slice(N_CELLS // 2, N_CELLS)


@dataclass(frozen=True, eq=False)
class LeadBenchmark:
    """What the base years say about ACOs whose first performance year is the same.

    Attributes
    ----------
    inputs : BaselineInputs
        Base-year experience for the present list of TINs.
    cost_index : float64, shape (acos, cells)
        Relative risk-standardised cost of each ACO's market over the base years, for the rate book.
    by3 : int
        Calendar year of BY3.
    counted : float64, shape (by,)
        Share of spending that counts in each base year.
    national_risk : float64, shape (cells, by)
        Mean risk score of the nation, which scores are normalised by.
    coded : float64, shape (acos, cells)
        Coded over true risk of the claims cell's people in BY3, for both routes; 1 where there is nobody.
    """

    inputs: BaselineInputs
    cost_index: Floats
    by3: int
    counted: Floats
    national_risk: Floats
    coded: Floats

    def with_volunteers(self, volunteers: Volunteers | None) -> BaselineInputs:
        """Return base years in which voluntary cells hold what those now voluntarily aligned did then.

        Notes
        -----
        Wakely, LEAD Model site, Benchmarking: a voluntary cell goes by past spending of the people who are
        voluntarily aligned in the current performance year. That they count in the category they were in
        then, with all their months in Original Medicare, is assumed.
        """
        if volunteers is None:
            return self.inputs
        years = range(self.by3 - BASE_YEARS + 1, self.by3 + 1)
        months, spend, risk = (
            np.stack(sums, axis=-1) for sums in zip(*(volunteers.before(y) for y in years), strict=True)
        )
        normal = self.national_risk[VOLUNTARY]
        pbpm = ratio(spend / 100.0, months) * self.counted
        scores = ratio(ratio(risk / RISK_UNIT, months), normal)

        def filled(claims: Floats, voluntary: Floats) -> Floats:
            return np.concatenate([claims[:, CLAIMS], voluntary], axis=1)

        return replace(
            self.inputs,
            base_months=filled(self.inputs.base_months, months),
            base_pbpm=filled(self.inputs.base_pbpm, pbpm),
            base_risk=filled(self.inputs.base_risk, scores),
        )


def spent_usd(paid: Ints, further: Ints) -> Floats:
    """Return expenditure in USD, shape (acos,).

    Parameters
    ----------
    paid : int64, shape (acos, cells)
        Cents.
    further : int64, shape (acos,)
        Cents that belong to no cell.
    """
    spent: Floats = (paid.sum(axis=-1) + further) / 100.0 if further.any() else (paid / 100.0).sum(axis=-1)
    return spent


def earlier_savings(plans: tuple[AcoPlan, ...], evidence: Reader, draw: Floats) -> Floats:
    """Return ACOs' savings against their benchmarks in the base years as a share of spending, shape (acos,).

    Where none are stated, a renewing ACO's are what it truly saved and what benchmarks show beyond; an ACO
    that is new to programs has none. Losses are negative and net in, as in 42 CFR 425.658.

    Parameters
    ----------
    plans : tuple of AcoPlan
    evidence : Reader
        Of the world: base years are the same in all arms.
    draw : float64, shape (acos,)
        How far each ACO's own effect lies from its kind's, standard normal.
    """
    renewing = np.array([plan.entry == "renewing" for plan in plans])
    own: dict[str, Any] = {**own_parameters(plans).get("effect", {})}
    parameters = replace(EffectParameters.read(evidence), **own)
    saved = -effect_before(
        parameters,
        hospital_led=np.array([plan.leadership == "hospital" for plan in plans]),
        renewing=renewing,
        draw=draw,
    )
    usual = np.where(renewing, saved + evidence.number("entry.beyond_true_savings"), 0.0)
    stated = [np.nan if plan.prior_savings is None else plan.prior_savings for plan in plans]
    return np.where(np.isnan(stated), usual, stated)


def foreseen(
    year: int, experience: Shown, base: LeadBenchmark, known: PerformanceYearInputs, growth: Floats
) -> PerformanceYearInputs:
    """Return a year as it is foreseen before it: last year's scores and spending, prospective growth.

    Parameters
    ----------
    year : int
    experience : Shown
    base : LeadBenchmark
    known : PerformanceYearInputs
        Of the year itself.
    growth : float64, shape (cells,)
        Expected growth of spending since the year before, times the share of it that counted then.
    """
    last = experience.participants.observe(experience.history, year - 1)
    national = last.national_pbpm * growth
    risk = ratio(last.risk, last.national_risk)
    return replace(
        known,
        risk=np.where(last.months > 0.0, risk, known.risk),
        region_pbpm=last.region_pbpm * growth,
        region_risk=ratio(last.region_risk, last.national_risk),
        national_pbpm=national,
        rate_book_pbpm=county_rates(base.cost_index, national),
    )
