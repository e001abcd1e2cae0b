"""What a simulated nation shows of its people: ages, new disease, moves, High Needs and quality."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calibration.nation import Lived
from sim.kernels.codes import AGED_IN, Cell, Kind, Sum
from sim.population.disease import decades_since_65
from sim.population.world import World

Floats = NDArray[np.float64]
YEARS_A_DECADE = 10.0
LEAVING_AT, LEAVING_BAND = (0.5, 0.95), 0.025
AGE_EDGES = (0, 65, 70, 75, 80, 85)
SCORE_BANDS = 20
_NEEDY = [Cell.HN_CLAIMS, Cell.HN_VOLUNTARY]
_OTHERS = [Cell.AD_CLAIMS, Cell.AD_VOLUNTARY]


def age_bands(lived: Lived) -> Floats:
    """Return the share of people, weighted by months, under 65, from 65, 70, 75, 80 and from 85 on."""
    band = np.searchsorted(AGE_EDGES, lived.age, side="right") - 1
    months = np.bincount(band, lived.months, len(AGE_EDGES))
    shares: Floats = months / months.sum()
    return shares


def mean_by_month(lived: Lived, values: NDArray[np.int64] | NDArray[np.bool_]) -> float:
    """Return the mean of values over person-months."""
    return float(np.average(values.astype(np.float64), weights=lived.months))


def aged_deaths(lived: Lived) -> float:
    """Return deaths a person-year at 65 and over."""
    aged = lived.age >= AGED_IN
    return float(lived.died[aged].sum() * 12.0 / lived.months[aged].sum())


def entered_at_65(lived: Lived) -> float:
    """Return the share of the year's entrants of 65 and over who are 65."""
    entered = lived.entered & (lived.age >= AGED_IN)
    return float((lived.age[entered] == AGED_IN).mean())


def incidence(lived: Lived, conditions: int) -> Floats:
    """Return new cases a year among people of 65 and over free of each condition when the year begins."""
    aged = lived.age >= AGED_IN
    before, after = lived.carried[aged], lived.conditions[aged]
    free = [(before >> np.uint32(k)) & np.uint32(1) == 0 for k in range(conditions)]
    return np.array([((after[f] >> np.uint32(k)) & np.uint32(1)).mean() for k, f in enumerate(free)])


def prevalence_between(lived: Lived, condition: int, youngest: int, oldest: int) -> float:
    """Return the share of people of some ages who have a condition at the end of the year."""
    here = (lived.age >= youngest) & (lived.age <= oldest) & ~lived.died & ~lived.left
    return float(((lived.conditions[here] >> np.uint32(condition)) & np.uint32(1)).mean())


def inpatient_users(lived: Lived) -> float:
    """Return the share of people who have an inpatient stay, those left out who move during the year.

    Stays for planned procedures are known in sum only; they are taken to fall on people with and without
    another stay alike.
    """
    stayed = ~lived.left
    acute = float(lived.admitted[stayed].mean())
    planned = float(lived.sums[:, Sum.STAYS].sum() - lived.stays) / len(lived.row)
    return acute + planned * (1.0 - acute)


def assignable(lived: Lived) -> float:
    """Return the share of person-months of people who are assignable."""
    return mean_by_month(lived, lived.assignable)


def leaving(before: Lived, lived: Lived) -> Floats:
    """Return who leaves their ACO from one year to the next, at the median and the 95th percentile of risk.

    Among people aligned to an ACO and in Original Medicare in both years; who is aligned to none has left.
    """
    _, at, then = np.intersect1d(before.row, lived.row, assume_unique=True, return_indices=True)
    ours = before.aco[at] >= 0
    left = (before.aco[at] != lived.aco[then])[ours]
    rank = before.risk[at][ours].argsort().argsort() / ours.sum()
    return np.array([left[np.abs(rank - middle) < LEAVING_BAND].mean() for middle in LEAVING_AT])


def moves(lived: Lived) -> float:
    """Return the share of people in Original Medicare on 1 January who move to Medicare Advantage."""
    return len(lived.moved) / lived.enrolled_before


def movers_spending(before: Lived, lived: Lived) -> float:
    """Return movers' spending of the year before over that of stayers of the same type and score.

    Among people of 65 and over without ESRD, enrolled all the year before.
    """
    full = (before.months == 12) & (before.age >= AGED_IN) & (before.kind != Kind.ESRD) & ~before.left
    rows, spend, risk = before.row[full], before.spend[full], before.risk[full]
    moved = np.isin(rows, lived.moved, assume_unique=True)
    edges = np.quantile(risk, np.linspace(0.0, 1.0, SCORE_BANDS + 1)[1:-1])
    group = np.searchsorted(edges, risk, side="right") * len(Kind) + before.kind[full]
    size = SCORE_BANDS * len(Kind)
    stayers = np.bincount(group[~moved], minlength=size)
    mean = np.bincount(group[~moved], spend[~moved], size) / np.maximum(stayers, 1)
    return float(spend[moved].sum() / mean[group[moved]].sum())


def high_needs_share(lived: Lived) -> float:
    """Return the share of months of assignable people without ESRD that High Needs people have."""
    kept = lived.assignable & (lived.kind != Kind.ESRD)
    return float(np.average(lived.high_needs[kept], weights=lived.months[kept]))


def high_needs_hazard(world: World, years: Sequence[Lived]) -> Floats:
    """Return how the cumulative hazard of coming to meet a High Needs criterion rises with decades since 65.

    Per decade and per squared decade, for a person of average frailty: of people over 65 without the status
    the chance to get it in a year is the frailty times a hazard that is linear in age.
    """
    design, cases = np.zeros((2, 2)), np.zeros(2)
    for before, lived in pairwise(years):
        free = before.row[~before.high_needs & (before.age >= AGED_IN)]
        at = np.minimum(np.searchsorted(lived.row, free), len(lived.row) - 1)
        at = at[lived.row[at] == free]
        decades = decades_since_65()[lived.age[at]]
        exposed = world.people.frailty[lived.row[at]] / YEARS_A_DECADE
        powers = np.stack([np.ones_like(decades), decades])
        design += (powers * exposed) @ np.stack([powers[0], 2.0 * powers[1]], axis=1)
        cases += powers @ lived.high_needs[at]
    return np.asarray(np.maximum(np.linalg.solve(design, cases), 0.0))


def lost_with_age(world: World, last: Lived) -> tuple[Floats, Floats]:
    """Return how far means of the logs of frailty and of lasting cost fall with the squared decades since 65.

    In spreads, among people alive and enrolled at the end of the last year lived.
    """
    here = last.row[~last.died & ~last.left & (last.age > AGED_IN)]
    decades = decades_since_65()[last.year - world.people.birth_year[here].astype(np.int64)] ** 2
    slopes = []
    for column, key in (
        (world.people.frailty, "conditions.frailty_spread"),
        (world.people.cost_factor, "spending.cost_spread"),
    ):
        spread = world.evidence.number(key)
        spreads = (np.log(column[here].astype(np.float64)) + 0.5 * spread**2) / spread
        slopes.append(np.asarray(-(spreads @ decades) / (decades @ decades)))
    return slopes[0], slopes[1]


def high_needs_spending(lived: Lived) -> float:
    """Return spending a month of High Needs people over that of Aged and Disabled people."""
    needy, others = (lived.sums[cells].sum(axis=0) for cells in (_NEEDY, _OTHERS))
    return float((needy[Sum.SPEND] / needy[Sum.MONTHS]) / (others[Sum.SPEND] / others[Sum.MONTHS]))


def high_needs_deaths(lived: Lived) -> float:
    """Return the share of people with High Needs on 1 January who die in the year."""
    needy = lived.sums[_NEEDY].sum(axis=0)
    return float(needy[Sum.DEATHS] / needy[Sum.PERSONS])


def quality(lived: Lived) -> Floats:
    """Return what quality measures show of everybody.

    In order: unplanned stays per 100 person-years with several chronic conditions, their days at home a year,
    timely follow-up, poor glycemic status and controlled blood pressure in %.
    """
    total = lived.sums.sum(axis=0).astype(np.float64)
    years = total[Sum.COMPLEX_MONTHS] / 12.0
    return np.array(
        [
            100.0 * total[Sum.COMPLEX_STAYS] / years,
            365.0 - total[Sum.DAYS_AWAY] / years,
            100.0 * total[Sum.FOLLOW_UPS_MADE] / total[Sum.FOLLOW_UPS_DUE],
            100.0 * total[Sum.GLYCEMIC_POOR] / total[Sum.DIABETES],
            100.0 * total[Sum.PRESSURE_CONTROLLED] / total[Sum.HYPERTENSION],
        ]
    )


def old_over_young(lived: Lived, condition: int) -> float:
    """Return prevalence at 85 and over as a multiple of that at 65 to 69."""
    return prevalence_between(lived, condition, 85, 200) / prevalence_between(lived, condition, 65, 69)
