"""What the ACOs of a cohort showed, in one form for CMS's files and for a simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.hindcast.cohort import ARM, Cohort
from sim.hindcast.experience import behaviours_of
from sim.inputs.mssp_file import MsspFile
from sim.kernels.codes import N_KINDS
from sim.model import LeadModel
from sim.population.experience import ratio
from sim.replicate import Replicate
from sim.scenarios import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Shown:
    """What ACOs showed; NaN, or false, in years for which there is nothing.

    Attributes
    ----------
    rate : float64 array, shape (acos, years)
        Benchmark less expenditure, in % of the benchmark.
    lives : float64 array, shape (acos, years)
    earned : bool array, shape (acos, years)
        Whether savings were paid out.
    growth : float64 array, shape (kinds,)
        Growth of spending per person-year from BY3 to the cohort's year by enrollment type, in % a year, ACOs
        weighted by their person-years.
    risk : float64 array, shape (acos,)
        Growth of the risk score of aged non-dual people over the same years, renormalised, in %.
    minimum : float64 array, shape (acos,)
        Minimum savings rate of the cohort's year, in %.
    due, rebased : bool arrays, shape (acos,)
        Whether the agreement ends with the year by the rules; whether another one began the next year.
    """

    rate: Floats
    lives: Floats
    earned: Flags
    growth: Floats
    risk: Floats
    minimum: Floats
    due: Flags
    rebased: Flags


def published(cohort: Cohort) -> Shown:
    """Return what CMS's files show of a cohort."""
    parts = [_of_file(cohort.file)]
    if cohort.later is not None:
        there = cohort.at_later >= 0
        found = _of_file(cohort.later)
        parts.append([np.where(there, column[cohort.at_later], np.nan) for column in found])
    rate, lives, earned = (np.stack(columns, axis=-1) for columns in zip(*parts, strict=True))
    file = cohort.file
    apart = years_since_base(cohort)
    per_capita, risk = file.per_capita[..., [2, 3]], file.risk[..., [2, 3]]
    known = ~(file.per_capita_imputed[..., [2, 3]].any(axis=-1)) & (per_capita > 0).all(axis=-1)
    return Shown(
        rate,
        lives,
        earned > 0.0,
        yearly_growth(per_capita, np.where(known, file.person_years, 0.0), apart),
        100.0 * (ratio(risk[:, -1, 1], risk[:, -1, 0]) - 1.0),
        100.0 * np.nan_to_num(file.published_minimum_savings_rate),
        cohort.due,
        cohort.rebased,
    )


def _of_file(file: MsspFile) -> list[Floats]:
    rate = 100.0 * (1.0 - file.expenditure_usd / file.benchmark_usd)
    return [rate, file.n_assigned, (file.earned_usd > 0.0).astype(np.float64)]


def years_since_base(cohort: Cohort) -> Floats:
    """Return years from BY3 to the cohort's year, shape (acos,)."""
    return np.asarray(cohort.year - cohort.start + 1, np.float64)


def yearly_growth(per_capita: Floats, weight: Floats, years: Floats) -> Floats:
    """Return mean growth in % a year by enrollment type, shape (kinds,).

    Parameters
    ----------
    per_capita : float64 array, shape (acos, kinds, 2)
        In BY3 and in the year.
    weight : float64 array, shape (acos, kinds)
        0 where nothing is known.
    years : float64 array, shape (acos,)
        Between the two.
    """
    known = weight > 0.0
    grown = np.log(np.where(known, per_capita[..., 1] / np.where(known, per_capita[..., 0], 1.0), 1.0))
    yearly = (weight * grown / years[:, None]).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    return np.asarray(100.0 * np.expm1(yearly))


def simulated(cohort: Cohort, scenario: Scenario, replicate: int, threads: int = 1) -> Shown:
    """Simulate a cohort once and return what its ACOs show."""
    made = Replicate(scenario, replicate, threads=threads, behaviours=behaviours_of(cohort))
    made.step()
    growth, risk = _since_base(cohort, made.models[ARM])
    for _ in cohort.years[1:]:
        made.step()
    shown = made.models[ARM].outcomes
    made.close()
    return Shown(
        100.0 * shown["gross_savings"] / shown["benchmark"],
        shown["person_months"].sum(axis=1) / 12.0,
        np.asarray(shown["settlement"] > 0),
        growth,
        risk,
        100.0 * shown["minimum_savings_rate"][:, 0],
        cohort.due,
        cohort.due,
    )


def _since_base(cohort: Cohort, model: LeadModel) -> tuple[Floats, Floats]:
    """Return growth of spending by type and of risk scores, by one list of TINs."""
    listed = model.participants()
    now = listed.observe_types(model.history, cohort.year)
    apart = years_since_base(cohort)
    per_capita = np.stack([now.per_capita] * 2, axis=-1)
    people, risk = now.person_years.copy(), np.zeros((len(cohort), N_KINDS))
    for years in np.unique(apart).tolist():
        mine = apart == years
        base = listed.observe_types(model.history, cohort.year - int(years))
        per_capita[mine, :, 0] = base.per_capita[mine]
        people[mine] *= base.per_capita[mine] > 0.0
        grown = ratio(ratio(now.risk, now.national_risk), ratio(base.risk, base.national_risk))
        risk[mine] = grown[mine]
    people *= now.per_capita > 0.0
    return yearly_growth(per_capita, people, apart), np.asarray(100.0 * (risk[:, -1] - 1.0))
