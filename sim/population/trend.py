"""How spending grows: the nation's path and each market's way around it, drawn once a replicate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.codes import N_KINDS
from sim.kernels.draws import Decision, Key
from sim.kernels.quantiles import normals

NATION = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Trend:
    """Realised and expected levels of spending by year.

    Attributes
    ----------
    years : tuple of int
        Calendar years of the next arrays, the first being the year the levels are stated for or the history's
        first.
    level : float64, shape (years, markets, kinds)
        Spending of each market and kind relative to the national level of the base year.
    expected_growth : dict of int to float
        Central path: growth that a forecaster without knowledge of the replicate expects, by year.
    kind_offset : float64, shape (kinds,)
        Expected growth beyond the nation's.
    nation : float64, shape (years, kinds)
        Spending of the nation relative to that level.
    """

    years: tuple[int, ...]
    level: NDArray[np.float64]
    expected_growth: dict[int, float]
    kind_offset: NDArray[np.float64]
    nation: NDArray[np.float64]

    def at(self, year: int) -> NDArray[np.float64]:
        """Return the level by market and kind in a year."""
        level: NDArray[np.float64] = self.level[self.years.index(year)]
        return level

    def nation_at(self, year: int) -> NDArray[np.float64]:
        """Return the nation's level by kind in a year."""
        level: NDArray[np.float64] = self.nation[self.years.index(year)]
        return level


def draw_trend(
    evidence: Evidence, key: Key, years: range, start: NDArray[np.float64], apart_from: int | None = None
) -> Trend:
    """Draw the path of spending in every market.

    Parameters
    ----------
    evidence : Evidence
        Keys ``trend.*`` and ``spending.level_year``.
    key : Key
        Replicate's key.
    years : range
        Calendar years needed.
    start : float64, shape (markets, kinds)
        Level of each market relative to the nation in the first year.
    apart_from : int, optional
        Year up to which markets keep that level; by default the first.

    Returns
    -------
    Trend
    """
    base_year = int(evidence.number("spending.level_year"))
    known_until = int(evidence.number("trend.known_until"))
    start_year = min(years[0], base_year)
    expected = {
        year: evidence.number("trend.national", year)
        for year in range(start_year, max(years[-1], base_year) + 1)
    }
    drift = normals(key, NATION, 0, Decision.NATIONAL_DRIFT)[0, 0]
    memory = evidence.number("trend.shock_memory")
    market_memory = evidence.number("trend.market_memory")
    reversion = evidence.number("trend.market_reversion")
    spread = evidence.number("trend.market")
    offset = evidence.array("trend.kind_offset")
    settled = years[0] if apart_from is None else apart_from
    n_markets = start.shape[0]
    markets = np.arange(n_markets)

    national = 0.0  # log of the national level, 0 in the base year
    for year in range(years[0] + 1, base_year + 1):
        national -= np.log1p(expected[year])
    own = np.log(start)
    shock = 0.0
    deviation = np.zeros(n_markets)
    level, whole = np.empty((len(years), n_markets, N_KINDS)), np.empty((len(years), N_KINDS))
    for year in range(start_year, years[-1] + 1):
        if year > start_year:
            growth = expected[year]
            if year > known_until:
                new, reversal = normals(key, NATION, year, Decision.NATIONAL_SHOCK)[0, :2]
                shock = memory * shock + np.sqrt(1.0 - memory**2) * evidence.number("trend.shock", year) * new
                growth += shock + evidence.number("trend.drift", year) * drift
                growth += evidence.number("trend.skin_substitute_reversal", year) * reversal
            national += np.log1p(growth)
        if year > settled:
            fresh = normals(key, markets, year, Decision.MARKET_TREND)[:, 0]
            deviation = market_memory * deviation + np.sqrt(1.0 - market_memory**2) * spread * fresh
            own = (1.0 - reversion) * own + deviation[:, None]
        if year >= years[0]:
            level[year - years[0]] = np.exp(national + own + offset * (year - base_year))
            whole[year - years[0]] = np.exp(national + offset * (year - base_year))
    return Trend(tuple(years), level, expected, offset, whole)


def prospective_growth(trend: Trend, kind_share: NDArray[np.float64], since: int, until: int) -> float:
    """Return the growth factor that CMS's actuaries project from one year to another for a mix of kinds.

    Parameters
    ----------
    trend : Trend
    kind_share : float64, shape (kinds,)
        Spending share of each kind.
    since, until : int
        Calendar years.
    """
    path = np.prod([1.0 + trend.expected_growth[year] for year in range(since + 1, until + 1)])
    by_kind = np.exp(trend.kind_offset * (until - since))
    return float(path * (kind_share @ by_kind) / kind_share.sum())
