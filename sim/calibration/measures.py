"""What a simulated nation shows, in the definitions of the published figures it is held to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.calibration.nation import Lived
from sim.kernels.codes import AGED_IN, N_KINDS, EpisodeSum, Kind, Sum
from sim.population.health import AGE_COST_EDGES, MORTALITY_EDGES
from sim.population.life_tables import death_probabilities
from sim.population.world import World

Floats = NDArray[np.float64]
TOP_SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
TRUNCATION = 0.99
TOP = 0.9
TOP_DYING = (0.1, 0.25)
CONDITION_EDGES = (2, 4, 6)


def whole(lived: Lived) -> NDArray[np.bool_]:
    """Return who is 65 or over and enrolled from January to December, or to death."""
    months = (lived.months == 12) | lived.died
    chosen: NDArray[np.bool_] = (lived.age >= AGED_IN) & (lived.first_month == 1) & months & ~lived.left
    return chosen


def top_shares(spend: Floats) -> Floats:
    """Return the share of all spending that the top 1, 5, 10, 20 and 50 % spend."""
    ranked = np.sort(spend)[::-1]
    cumulative = np.cumsum(ranked)
    at = np.array([round(top * len(ranked)) - 1 for top in TOP_SHARES])
    shares: Floats = cumulative[at] / cumulative[-1]
    return shares


def truncated(lived: Lived, kind: int) -> tuple[float, float]:
    """Return the 99th percentile and the truncated mean of assignable people's annualised spending."""
    chosen = (lived.kind == kind) & lived.assignable
    yearly = lived.spend[chosen] * 12.0 / lived.months[chosen]
    months = lived.months[chosen]
    threshold = np.quantile(yearly, TRUNCATION, weights=months, method="inverted_cdf")
    return float(threshold), float(np.average(np.minimum(yearly, threshold), weights=months))


def level_by_kind(lived: Lived) -> Floats:
    """Return the truncated mean of assignable people's annualised spending by kind, shape (kinds,)."""
    return np.array([truncated(lived, kind)[1] for kind in Kind])


def trend_of(world: World, lived: Lived) -> Floats:
    """Return the level of the people's markets relative to the nation in the level year, by kind."""
    level = world.trend.at(lived.year)
    return np.array(
        [
            np.average(level[lived.market[chosen], kind], weights=lived.months[chosen])
            for kind in range(N_KINDS)
            for chosen in [lived.kind == kind]
        ]
    )


def per_month(lived: Lived) -> Floats:
    """Return mean spending of a person-month by kind, assignable or not, shape (kinds,)."""
    return np.array(
        [lived.spend[lived.kind == kind].sum() / lived.months[lived.kind == kind].sum() for kind in Kind]
    )


def mix(lived: Lived) -> Floats:
    """Return the enrollment mix of assignable person-months by kind."""
    months = np.bincount(lived.kind[lived.assignable], lived.months[lived.assignable], N_KINDS)
    shares: Floats = months / months.sum()
    return shares


def age_gradient(lived: Lived) -> Floats:
    """Return spending per person-year by age band relative to everybody's, ESRD left out."""
    kept = lived.kind != Kind.ESRD
    band = np.searchsorted(AGE_COST_EDGES, lived.age[kept], side="right") - 1
    spend = np.bincount(band, lived.spend[kept], len(AGE_COST_EDGES))
    months = np.bincount(band, lived.months[kept], len(AGE_COST_EDGES))
    relative: Floats = (spend / months) / (spend.sum() / months.sum())
    return relative


def deaths(years: Sequence[Lived]) -> tuple[Floats, Floats]:
    """Return deaths and those the population table expects at 65 and over, shape (sexes, bands)."""
    found = np.zeros((2, len(MORTALITY_EDGES)))
    expected = np.zeros_like(found)
    for lived in years:
        aged = lived.age >= AGED_IN
        sex = lived.female[aged].astype(np.int64)
        age = lived.age[aged]
        band = np.searchsorted(MORTALITY_EDGES, age, side="right") - 1
        exposed = np.where(lived.left, lived.months, 13 - lived.first_month)[aged] / 12.0
        np.add.at(found, (sex, band), lived.died[aged])
        np.add.at(expected, (sex, band), death_probabilities()[lived.year][sex, age] * exposed)
    return found, expected


def by_number(lived: Lived, groups: Sequence[int]) -> tuple[Floats, Floats]:
    """Return person-months and spending of people by how many conditions claims of the year show.

    Those who spend nothing show none.

    Parameters
    ----------
    lived : Lived
    groups : sequence of int
        Masks; a person has a condition in any of its forms.
    """
    number = np.sum([(lived.conditions & np.uint32(mask)) > 0 for mask in groups], axis=0)
    number = np.where(lived.spend > 0.0, number, 0)
    months = np.bincount(number, lived.months, len(groups) + 1)
    spend = np.bincount(number, lived.spend, len(groups) + 1)
    return months.astype(np.float64), spend.astype(np.float64)


def by_conditions(months: Floats, spend: Floats) -> tuple[Floats, Floats]:
    """Return shares of people and of spending of those with 0-1, 2-3, 4-5 and 6 or more conditions."""
    starts = np.array([0, *CONDITION_EDGES])
    return np.add.reduceat(months, starts) / months.sum(), np.add.reduceat(spend, starts) / spend.sum()


def by_rank(months: Floats, spend: Floats, shares: Floats) -> Floats:
    """Return the spending of shares of people from those with the fewest conditions up; ties share evenly."""
    people, spent = (np.append(0.0, np.cumsum(of) / of.sum()) for of in (months, spend))
    upto = np.interp(np.cumsum(shares) / shares.sum(), people, spent)
    return np.diff(upto, prepend=0.0)


def deaths_after(before: Lived, lived: Lived) -> Floats:
    """Return who of the top tenth and quarter of a year's spending dies in the next, at 65 and over."""
    stays = (before.age >= AGED_IN) & (before.months == 12) & ~before.died & ~before.left
    spend = before.spend[stays]
    dies = np.isin(before.row[stays], lived.row[lived.died], assume_unique=True)
    return np.array([dies[spend >= np.quantile(spend, 1.0 - top)].mean() for top in TOP_DYING])


def decedent_ratio(lived: Lived) -> float:
    """Return mean spending of people of 65 and over who die in the year over that of the others."""
    aged = lived.age >= AGED_IN
    return float(lived.spend[aged & lived.died].mean() / lived.spend[aged & ~lived.died].mean())


def last_year_share(before: Lived, lived: Lived) -> float:
    """Return the share of spending at 65 and over in the last twelve months of life.

    Spending of the calendar year of death, and of the year before in proportion to the months that reach
    into it.
    """
    aged = lived.age >= AGED_IN
    dead = aged & lived.died
    earlier = align(before, before.spend, lived.row[dead])
    last = lived.spend[dead].sum() + (earlier * (12 - lived.months[dead]) / 12.0).sum()
    return float(last / lived.spend[aged].sum())


def align(lived: Lived, values: Floats, rows: NDArray[np.int64]) -> Floats:
    """Return the values of a year's people for the given rows, 0 for those who were not there."""
    at = np.minimum(np.searchsorted(lived.row, rows), len(lived.row) - 1)
    return np.where(lived.row[at] == rows, values[at], 0.0)


def _cohort(years: Sequence[Lived]) -> list[Floats]:
    rows: NDArray[np.int64] = years[0].row[(years[0].age >= AGED_IN) & (years[0].months == 12)]
    for lived in years[1:]:
        rows = np.intersect1d(rows, lived.row[lived.months == 12], assume_unique=True)
    return [align(lived, lived.spend, rows) for lived in years]


def none_again(first: Lived, second: Lived) -> float:
    """Return who of people of 65 and over without spending in a whole year has none in the next."""
    one, two = _cohort([first, second])
    return float((two[one <= 0.0] <= 0.0).mean())


def persistence(first: Lived, second: Lived, third: Lived) -> tuple[float, float, float]:
    """Return who of the top decile is in it next year, and in both next years; and the lag-1 correlation.

    Among survivors of 65 and over who stay all months.
    """
    one, two = _cohort([first, second])
    top = one >= np.quantile(one, TOP)
    again = float((two[top] >= np.quantile(two, TOP)).mean())
    three = _cohort([first, second, third])
    high = [spend >= np.quantile(spend, TOP) for spend in three]
    always = float((high[1] & high[2])[high[0]].mean())
    return again, always, float(np.corrcoef(one, two)[0, 1])


def score_moments(lived: Lived) -> tuple[float, float, float]:
    """Return mean and relative spread of the V28 score, and the R2 of annualised spending on it (no ESRD)."""
    kept = lived.kind != Kind.ESRD
    score, months = lived.risk[kept], lived.months[kept].astype(np.float64)
    spend = lived.spend[kept] * 12.0 / months
    mean = np.average(score, weights=months)
    spread = np.sqrt(np.average((score - mean) ** 2, weights=months))
    level = np.average(spend, weights=months)
    together = np.average((score - mean) * (spend - level), weights=months)
    r2 = together**2 / (spread**2 * np.average((spend - level) ** 2, weights=months))
    return float(mean), float(spread / mean), float(r2)


def score_memory(before: Lived, lived: Lived) -> float:
    """Return the lag-1 correlation of the score among people without ESRD in both years."""
    old = before.kind != Kind.ESRD
    new = lived.kind != Kind.ESRD
    rows = np.intersect1d(before.row[old], lived.row[new], assume_unique=True)
    return float(np.corrcoef(align(before, before.risk, rows), align(lived, lived.risk, rows))[0, 1])


def prevalence(lived: Lived, conditions: int) -> Floats:
    """Return the share of people of 65 and over still enrolled at the end of the year with each condition."""
    stay = (lived.age >= AGED_IN) & ~lived.died & ~lived.left
    held = lived.conditions[stay]
    return np.array([((held >> np.uint32(k)) & np.uint32(1)).mean() for k in range(conditions)])


def region_cv(years: Sequence[Lived], markets: int) -> float:
    """Return the spread of markets' risk-standardised spending of aged non-duals, sampling noise removed."""
    months, spend, risk, square = np.zeros((4, markets))
    for lived in years:
        kept = lived.kind == Kind.AGED_NON_DUAL
        where, exposure = lived.market[kept], lived.months[kept].astype(np.float64)
        months += np.bincount(where, exposure, markets)
        spend += np.bincount(where, lived.spend[kept], markets)
        risk += np.bincount(where, lived.risk[kept] * exposure, markets)
        square += np.bincount(where, lived.spend[kept] ** 2 / exposure, markets)
    mean = spend / months
    standardised = mean / (risk / months)
    noise = (square / months - mean**2) / months / mean**2
    weight = months / months.sum()
    centre = weight @ standardised
    variance = weight @ (standardised / centre - 1.0) ** 2 - weight @ noise
    return float(np.sqrt(max(variance, 0.0)))


def per_thousand(lived: Lived, which: Sum) -> float:
    """Return an exact sum per 1,000 person-years."""
    return float(lived.sums[:, which].sum() / lived.sums[:, Sum.MONTHS].sum() * 12_000.0)


def aged_per_thousand(lived: Lived, which: Sum) -> float:
    """Return an exact sum per 1,000 person-years of people of 65 and over."""
    return float(lived.sums[:, which].sum() / lived.months[lived.age >= AGED_IN].sum() * 12_000.0)


def parts_of_spending(lived: Lived) -> Floats:
    """Return spending by the parts that ``services.share`` splits, in its order."""
    esrd = lived.sums[[1, 4]].sum(axis=0)
    rest = lived.sums[[0, 2, 3, 5]].sum(axis=0)
    event, procedures = rest[Sum.EVENT], rest[Sum.PROCEDURES]
    base = rest[Sum.SPEND] - event - procedures
    snf, hospice = rest[Sum.EVENT_SNF], rest[Sum.EVENT_HOSPICE]
    parts = (
        base - rest[Sum.BASE_DRUG],
        rest[Sum.BASE_DRUG],
        procedures,
        event - snf - hospice,
        snf,
        hospice,
        esrd[Sum.SPEND],
    )
    return np.array(parts, np.float64)


def service_shares(lived: Lived, shares: Floats) -> Floats:
    """Return the share of spending by service."""
    parts = parts_of_spending(lived)
    found: Floats = parts @ shares / parts.sum()
    return found


def episode_incidence(lived: Lived) -> Floats:
    """Return episodes per person-year by kind."""
    found: Floats = lived.episodes[:, EpisodeSum.COUNT] * 12.0 / lived.sums[:, Sum.MONTHS].sum()
    return found


def episode_cost(lived: Lived, trend: Floats) -> Floats:
    """Return mean dollars of an episode by kind, at the prices of the level year."""
    counts = np.maximum(lived.episodes[:, EpisodeSum.COUNT], 1)
    found: Floats = lived.episodes[:, EpisodeSum.COST] / counts / 100.0 / trend[Kind.AGED_NON_DUAL]
    return found
