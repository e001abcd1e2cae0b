"""From the kernel's exact sums to what the program looks at: ACOs, regions, the nation, by benchmark cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import N_CELLS, RISK_UNIT, Sum

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N_CATEGORIES = N_CELLS // 2


@dataclass(frozen=True, slots=True)
class Experience:
    """One year of the world as the program sees it.

    Attributes
    ----------
    aco : int64, shape (acos, cells, sums)
        Exact sums of the people aligned to each ACO.
    months, pbpm, risk : float64, shape (acos, cells)
        Person-months, spending PBPM in dollars and mean coded risk score (not normalised).
    region_months, region_pbpm, region_risk : float64, shape (acos, cells)
        The same of the assignable people of the ACO's market, both routes together.
    national_pbpm, national_risk : float64, shape (cells,)
        The same of the nation's assignable people, see :func:`observe`.
    market_share : float64, shape (acos, cells)
        ACO's share of the assignable person-months of its market, by category.
    """

    aco: Ints
    months: Floats
    pbpm: Floats
    risk: Floats
    region_months: Floats
    region_pbpm: Floats
    region_risk: Floats
    national_pbpm: Floats
    national_risk: Floats
    market_share: Floats


def ratio(top: Floats | Ints, bottom: Floats | Ints) -> Floats:
    """Return top over bottom, 0 where bottom is 0."""
    top, bottom = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom != 0.0)


def _pbpm_and_risk(sums: Ints) -> tuple[Floats, Floats, Floats]:
    months = sums[..., Sum.MONTHS].astype(np.float64)
    pbpm = ratio(sums[..., Sum.SPEND] / 100.0, months)
    return months, pbpm, ratio(sums[..., Sum.CODED_RISK] / RISK_UNIT, months)


def people_lived(sums: Ints) -> int:
    """Return how many people were in Original Medicare for at least a month of the year."""
    return int(sums[..., Sum.PERSONS].sum())


def both_routes(by_cell: Ints) -> Ints:
    """Add voluntary to claims cells and repeat the total for both; cells are the axis before the last."""
    total = by_cell[..., :N_CATEGORIES, :] + by_cell[..., N_CATEGORIES:, :]
    return np.concatenate([total, total], axis=-2)


def added_by(group: Ints, n_groups: int, rows: Ints) -> Ints:
    """Return the exact sums of the rows of each group.

    Parameters
    ----------
    group : int64, shape (rows,)
        Group of each row; a row of group -1 is left out.
    n_groups : int
    rows : int64, shape (rows, ...)

    Returns
    -------
    int64 array, shape (groups, ...)
    """
    found = np.zeros((n_groups, *rows.shape[1:]), np.int64)
    order = np.argsort(group, kind="stable")
    order = order[np.searchsorted(group[order], 0) :]
    present, starts = np.unique(group[order], return_index=True)
    if len(present):
        found[present] = np.add.reduceat(rows.take(order, axis=0), starts, axis=0)
    return found


def participating_weight(own_months: Floats, all_months: Floats, taking_part: float) -> Floats:
    """Return how much of what the arm's ACOs change in the simulated people reaches the nation, by cell.

    Simulated people are the ACOs' markets, of whom many more are in ACOs than in the nation. So the change is
    weighted by the nation's share of people who take part over the simulated people's.

    Parameters
    ----------
    own_months : float64, shape (acos, cells)
        Person-months aligned to each ACO.
    all_months : float64, shape (cells,)
        Person-months of all assignable people.
    taking_part : float
        Share of the nation's people who are aligned to ACOs of the program.

    Returns
    -------
    float64 array, shape (cells,)
        0 where no ACO has anybody.
    """
    return taking_part * ratio(all_months, own_months.sum(axis=0))


def observe(
    sums: Ints,
    practice_aco: Ints,
    practice_market: Ints,
    n_acos: int,
    aco_market: Ints,
    reference: Ints | None = None,
    taking_part: float = 0.0,
) -> Experience:
    """Gather a year's sums by ACO, by its region and for the nation.

    The nation is the reference arm's people, plus what the arm's ACOs change in theirs by the weight of
    :func:`participating_weight`.

    Parameters
    ----------
    sums : int64, shape (practices + markets, cells, sums)
        From the kernel; only people aligned to a practice count as assignable.
    practice_aco : int64, shape (practices,)
        ACO of each practice's TIN this year, -1 for none.
    practice_market : int64, shape (practices,)
    n_acos : int
    aco_market : int64, shape (acos,)
        Market of each ACO.
    reference : int64, shape (practices + markets, cells, sums), optional
        The year's sums in the reference arm; without it `sums` are the nation's.
    taking_part : float
        Share of the nation's people who are aligned to ACOs of the program; of no account without
        `reference`.
    """
    aligned = sums[: len(practice_aco)]
    aco = added_by(practice_aco, n_acos, aligned)
    market = added_by(practice_market, int(practice_market.max()) + 1, aligned)
    region = both_routes(market)
    months, pbpm, risk = _pbpm_and_risk(aco)
    region_months, region_pbpm, region_risk = _pbpm_and_risk(region[aco_market])
    all_months, national_pbpm, national_risk = _pbpm_and_risk(region.sum(axis=0))
    own, _, _ = _pbpm_and_risk(both_routes(aco))
    if reference is not None:
        weight = participating_weight(own, all_months, taking_part)
        _, pbpm_without, risk_without = _pbpm_and_risk(
            both_routes(reference[: len(practice_aco)].sum(axis=0))
        )
        national_pbpm = pbpm_without + weight * (national_pbpm - pbpm_without)
        national_risk = risk_without + weight * (national_risk - risk_without)
    return Experience(
        aco=aco,
        months=months,
        pbpm=pbpm,
        risk=risk,
        region_months=region_months,
        region_pbpm=region_pbpm,
        region_risk=region_risk,
        national_pbpm=national_pbpm,
        national_risk=national_risk,
        market_share=ratio(own, region_months),
    )


def care_shares(sums: Ints, snf_part: float) -> tuple[float, float]:
    """Return the shares of a year's spending that are acute events, and SNF care after them.

    Parameters
    ----------
    sums : int64, shape (places, cells, sums)
    snf_part : float
        Part of what an acute event with SNF care costs that is SNF care.
    """
    total = sums.sum(axis=(0, 1))
    acute, with_snf = (float(total[which] / total[Sum.SPEND]) for which in (Sum.EVENT, Sum.EVENT_SNF))
    return acute, with_snf * snf_part


def lived_by(seen: Experience) -> dict[str, Floats | Ints]:
    """Return result variables of what the people aligned to each ACO lived, whatever its program."""
    counts = {
        "stays": Sum.STAYS,
        "readmissions": Sum.READMISSIONS,
        "snf_days": Sum.SNF_DAYS,
        "fall_stays": Sum.FALL_STAYS,
        "fall_ed_visits": Sum.FALL_ED_VISITS,
        "falls_courses": Sum.FALLS_COURSES,
        "falls_protected": Sum.FALLS_PROTECTED,
        "protected_fall_stays": Sum.PROTECTED_STAYS,
        "protected_fall_ed_visits": Sum.PROTECTED_ED_VISITS,
        "fall_stays_averted": Sum.AVERTED_STAYS,
        "fall_ed_visits_averted": Sum.AVERTED_ED_VISITS,
        "ed_visits": Sum.ED_VISITS,
    }
    return {
        "fall_spending_averted": seen.aco[..., Sum.AVERTED_SPEND].sum(axis=-1),
        "person_months": seen.months,
        "aged_months": (seen.aco[..., Sum.MONTHS] - seen.aco[..., Sum.YOUNG_MONTHS]).sum(axis=-1),
        "true_savings": seen.aco[..., Sum.REFERENCE] - seen.aco[..., Sum.SPEND],
        **{name: seen.aco[..., which].sum(axis=-1) for name, which in counts.items()},
    }
