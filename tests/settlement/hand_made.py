"""A history that nobody lived: sums of seven practices, with holes, and three ACOs in two markets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from sim.kernels.codes import N_KINDS, Cell, Kind, Sum, TypeSum
from sim.kernels.tally import Asked, Tally, zeros
from sim.population.plan import AcoPlan
from sim.population.trend import Trend
from sim.settlement.contracts import Contracts
from sim.settlement.elections import Elections
from sim.settlement.offers import Offers
from sim.settlement.program import Participants, Shown
from sim.settlement.served_terms import ServedTerms

ONE, TWO, RURAL = range(3)
PRACTICE_ACO = np.array([ONE, ONE, TWO, TWO, RURAL, -1, -1])
PRACTICE_MARKET = np.array([0, 0, 0, 0, 1, 0, 1])
ACO_MARKET = np.array([0, 0, 1])
PLAN = AcoPlan("one", "renewing", "physician", False, 5_000, None, False, None, "east")
YEARS = range(2015, 2037)
TREND = Trend(
    (2026,),
    np.ones((1, 2, N_KINDS)),
    dict.fromkeys(YEARS, 0.04),
    np.array([0.01, 0.0, 0.0, 0.0]),
    np.ones((1, N_KINDS)),
)
PARTICIPANTS = Participants(PRACTICE_ACO, PRACTICE_MARKET, ACO_MARKET)


@cache
def history() -> dict[int, Tally]:
    """Return each year's sums; tests must not change them."""
    generator = np.random.default_rng(7)
    return {year: _tally(generator, year) for year in YEARS}


def _tally(generator: np.random.Generator, year: int) -> Tally:
    tally = zeros(len(PRACTICE_ACO), 2, Asked(types=True))
    for sums, risks in ((tally.care, (Sum.TRUE_RISK, Sum.CODED_RISK)), (tally.types, _TYPE_RISKS)):
        places = sums.shape[:2]
        persons = generator.integers(200, 2_000, places)
        months = persons * 11
        money = Sum.SPEND if sums is tally.care else TypeSum.SPEND
        sums[..., Sum.PERSONS], sums[..., Sum.MONTHS] = persons, months
        sums[..., money] = months * generator.integers(70_000, 130_000, places)
        for which in risks:
            sums[..., which] = months * generator.integers(800_000, 1_300_000, places)
    care, types = tally.care, tally.types
    care[..., Sum.REFERENCE] = care[..., Sum.SPEND] * 51 // 50
    types[..., TypeSum.TRUNCATED] = types[..., TypeSum.SPEND] * 9 // 10
    types[..., TypeSum.DUAL_MONTHS] = types[..., TypeSum.MONTHS] * (2 + year % 7) // 20
    # Two ACOs of one market have nobody in a voluntary cell, the third ACO's practice nobody with ESRD.
    care[:4, Cell.HN_VOLUNTARY] = 0
    care[4, Cell.ESRD_CLAIMS] = types[4, Kind.ESRD] = 0
    return tally


_TYPE_RISKS = (TypeSum.CODED_RISK, TypeSum.DEMOGRAPHIC_RISK, TypeSum.TRUE_RISK)


def changed(year: int, places: Any, kind: int, value: int = 0) -> dict[int, Tally]:
    """Return the history with the sums of an enrollment type, in one year and some places, all set to one."""
    tally = history()[year]
    types = tally.types.copy()
    types[places, kind] = value
    return {**history(), year: tally._replace(types=types)}


def contracts(program: str | list[str], **columns: Any) -> Contracts:
    """Return contracts of the three ACOs, in a program or one each, since 2027 but for what `columns` say."""
    n = len(ACO_MARKET)
    plain = {
        "program": np.array([program] * n if isinstance(program, str) else program),
        "risk_option": np.array(["global"] * n),
        "agreement_start": np.full(n, 2027),
        "agreement_number": np.ones(n, np.int64),
        "track": np.array(["enhanced"] * n),
        "track_year": np.full(n, 2027),
        "elected_rate": np.full(n, np.nan),
        "low_revenue": np.zeros(n, bool),
        "revenue_share": np.full(n, np.nan),
    }
    stated = plain | {name: np.asarray(column) for name, column in columns.items()}
    offers, served = Offers.of([{}] * n), ServedTerms.of([{}] * n)
    return Contracts(**stated, elections=Elections.of([{}] * n, 2027), offers=offers, served=served)


def shown(year: int, held: Contracts, lived: dict[int, Tally] | None = None, **changes: Any) -> Shown:
    """Return what a program is shown of a performance year; `changes` are of the participants."""
    lived = history() if lived is None else lived
    participants = replace(PARTICIPANTS, **changes)
    quality = np.array([0.9, 0.8, 0.7])
    return Shown(lived, participants, held, quality, participants.observe(lived, year))


def of(places: Any, year: int, cell: Any) -> np.ndarray:
    """Return the sums of a cell, or of each of some cells, over some practices, as floats."""
    return history()[year].care[: len(PRACTICE_ACO)][places][:, cell].sum(axis=0).astype(float)
