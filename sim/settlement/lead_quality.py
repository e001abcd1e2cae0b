"""Quality in LEAD: from what a year's care shows of an ACO's people to the score and the pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.inputs.evidence import Evidence
from sim.inputs.quality_terms import QualityTerms, quality_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import MONTHS_A_YEAR, Sum
from sim.outcomes.quality import MEASURES
from sim.policy.lead import STEPS, PerformanceYearSettlement
from sim.policy.quality import (
    earning_score,
    high_performers_pool,
    improves_or_sustains,
    measure_points,
    percentile,
    points_that_count,
    pool_claims,
    shared_pool,
    total_score,
    withheld,
)
from sim.policy.terms import LeadTerms
from sim.population.experience import N_CATEGORIES, ratio
from sim.settlement.elections import STAYS
from sim.settlement.program import Flags, Floats, Ints, Settled, cents


@dataclass(frozen=True, slots=True)
class Counted:
    """How a measure is counted from the year's sums.

    Attributes
    ----------
    events, exposed : Sum
        What is counted, and among how many it may happen.
    unit : float
        How many of `exposed` make one: 12 months a person-year.
    lower_is_better : bool
    """

    events: Sum
    exposed: Sum
    unit: float
    lower_is_better: bool


# Days at home are the days of a year less those in hospitals and SNFs, which are counted.
COUNTED = {
    "ACR": Counted(Sum.READMISSIONS, Sum.STAYS, 1.0, True),
    "UAMCC": Counted(Sum.COMPLEX_STAYS, Sum.COMPLEX_MONTHS, MONTHS_A_YEAR, True),
    "DAH": Counted(Sum.DAYS_AWAY, Sum.COMPLEX_MONTHS, MONTHS_A_YEAR, True),
    "TFU": Counted(Sum.FOLLOW_UPS_MADE, Sum.FOLLOW_UPS_DUE, 1.0, False),
    "glycemic_status": Counted(Sum.GLYCEMIC_POOR, Sum.DIABETES, 1.0, True),
    "blood_pressure": Counted(Sum.PRESSURE_CONTROLLED, Sum.HYPERTENSION, 1.0, False),
}
SURVEY = "CAHPS"


def withheld_of(done: PerformanceYearSettlement, terms: LeadTerms) -> Floats:
    """Return what is withheld of each ACO's benchmark until quality is known, USD, shape (acos,)."""
    return withheld(
        done.benchmark_before_discount_usd,
        done.steps_usd[..., STEPS.index("discount")],
        withhold=terms.quality_withhold,
        combined=terms.quality_combined,
    )


@dataclass(frozen=True, eq=False)
class Measured:
    """What a year's care shows, measure by measure; float64 arrays of shape (acos, measures).

    Attributes
    ----------
    rate, rank : float64 arrays
        What was counted, and the share of the program's ACOs that do worse; NaN where neither is known.
    points : float64 array
        As they count.
    weight : float64 array
        Part of the score; adds up to 1 over the measures, or to 0 where nothing is scored.
    """

    rate: Floats
    rank: Floats
    points: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class Scored:
    """Quality of a year; arrays of shape (acos,).

    Attributes
    ----------
    total : float64 array
        Total quality score.
    improves : bool array
        Whether it rose enough, or is high.
    earning : float64 array
        Score that the withhold is earned back by.
    measured : Measured
    """

    total: Floats
    improves: Flags
    earning: Floats
    measured: Measured

    def told(self) -> Settled:
        """Return the result variables that are no money."""
        named: Settled = {
            f"quality_{name}": getattr(self.measured, name) for name in ("rate", "rank", "points", "weight")
        }
        return {
            **named,
            "measured_quality": self.total,
            "quality_improves": self.improves.astype(np.int8),
        }


class LeadQuality:
    """Quality of one arm's ACOs in LEAD, year by year.

    Measures are compared with rates that the evidence states by category, so that an ACO's score rests on
    its own people alone, whoever else is simulated.

    Parameters
    ----------
    rulebook : Rulebook
    evidence : Evidence
        Of the world.
    """

    def __init__(self, rulebook: Rulebook, evidence: Evidence) -> None:
        self._rulebook = rulebook
        self._evidence = evidence
        # Total scores by year, of ACOs that were settled then; NaN for others.
        self._known: dict[int, Floats] = {}

    def scored(
        self, year: int, sums: Ints, survey: Floats, active: Flags, prevents_falls: Flags | None = None
    ) -> Scored:
        """Return the year's quality and remember it for the next year's comparison.

        Parameters
        ----------
        year : int
        sums : int64, shape (acos, cells, sums)
            Of each ACO's people, by :class:`sim.kernels.codes.Sum`.
        survey : float64, shape (acos,)
            Score of the survey of patients, which the simulated care does not show.
        active : bool, shape (acos,)
        prevents_falls : bool, shape (acos,), optional
            Who offers falls prevention, which may be an intervention of its plan; nobody by default.
        """
        terms = quality_terms(self._rulebook, year)
        measured, total = self._measured(sums, survey, terms)
        self._known[year] = np.where(active, total, np.nan)
        improving = improves_or_sustains(
            total,
            self._known.get(year - 1, np.full(len(total), np.nan)),
            improvement=terms.improvement,
            sustained=terms.sustained,
        )
        interventions = np.full(len(total), self._evidence.number("quality.interventions"))
        if prevents_falls is not None and prevents_falls.any():
            interventions += prevents_falls & self._rulebook.flag("falls.satisfies_plan", year)
        earning = earning_score(
            total,
            improving,
            (interventions >= terms.plan_interventions) | (year < terms.plan_from_py),
            gate=terms.gate,
            plan_share=terms.plan_share,
        )
        return Scored(total, improving, earning, measured)

    def total(self, year: int, sums: Ints, survey: Floats) -> Floats:
        """Return the total quality score (acos,); see :meth:`scored`."""
        return self._measured(sums, survey, quality_terms(self._rulebook, year))[1]

    def _measured(self, sums: Ints, survey: Floats, terms: QualityTerms) -> tuple[Measured, Floats]:
        """Return every measure, of those that are not in the score its rate alone, and the total score."""
        counted = [name for name in MEASURES if name != SURVEY]
        rate, rank = self._ranked(sums, counted)
        scores = measure_points(rank, percentiles=terms.percentiles, points=terms.points)
        by_name = dict(zip(counted, scores.T, strict=True)) | {SURVEY: survey}
        told = np.stack([by_name[name] for name in terms.measures], axis=-1)
        reported = np.ones(told.shape, dtype=bool)
        phase = terms.electronic_phase
        total = total_score(told, reported, terms.electronic, electronic_phase=phase, weights=terms.weights)
        points, counts = points_that_count(told, reported, terms.electronic, electronic_phase=phase)
        weight = np.broadcast_to(ratio(counts * terms.weights, (counts * terms.weights).sum()), told.shape)

        def of_all(values: Floats, names: tuple[str, ...] | list[str], missing: float) -> Floats:
            found = np.full((len(sums), len(MEASURES)), missing)
            found[:, [MEASURES.index(name) for name in names]] = values
            return found

        survey_rate = of_all(survey[:, None], [SURVEY], np.nan)
        known = of_all(rate, counted, np.nan)
        return (
            Measured(
                rate=np.where(np.isnan(survey_rate), known, survey_rate),
                rank=of_all(rank, counted, np.nan),
                points=of_all(points, terms.measures, np.nan),
                weight=of_all(weight, terms.measures, 0.0),
            ),
            total,
        )

    def _ranked(self, sums: Ints, measures: list[str]) -> tuple[Floats, Floats]:
        """Return rates of counted measures and their ranks among reference ACOs, shape (acos, measures)."""
        by_category = (sums[:, :N_CATEGORIES] + sums[:, N_CATEGORIES:]).astype(np.float64)
        ways = [COUNTED[name] for name in measures]
        observed = np.stack([by_category[..., way.events].sum(axis=-1) for way in ways], axis=-1)
        exposed = np.stack([by_category[..., way.exposed].sum(axis=-1) / way.unit for way in ways], axis=-1)
        expected = [
            (by_category[..., way.exposed] / way.unit) @ self._evidence.array(f"quality.rate.{name}")
            for name, way in zip(measures, ways, strict=True)
        ]
        rank = percentile(
            observed,
            np.stack(expected, axis=-1),
            [way.lower_is_better for way in ways],
            spread=[self._evidence.number(f"quality.measure_spread.{name}") for name in measures],
            dispersion=[self._evidence.number(f"quality.dispersion.{name}") for name in measures],
        )
        return np.where(exposed > 0.0, ratio(observed, exposed), np.nan), rank

    def money(self, year: int, scored: Scored, settled: Settled, active: Flags, exit_month: Ints) -> Settled:
        """Return the withhold, what is earned back, and the High Performers Pool, in cents, shape (acos,).

        Parameters
        ----------
        year : int
        scored : Scored
            Of the year.
        settled : mapping of str to ndarray
            With the benchmark and the bridge's steps; rows of ACOs that are not `active` mean nothing.
        active : bool, shape (acos,)
        exit_month : int64, shape (acos,)
            Month of the notice of an ACO that leaves, which the pool pays nothing; 13 for others.
        """
        terms = quality_terms(self._rulebook, year)
        unearned = np.where(active, -settled["bridge_quality"], 0)
        funded = np.rint(terms.pool_share * unearned).astype(np.int64)
        dollars = np.where(active, settled["benchmark"], 0) / 100.0
        if terms.pool_funding == "arm":
            claims = pool_claims(scored.earning, dollars, threshold=terms.pool_score)
            paid = shared_pool(int(funded.sum()), np.where(exit_month < STAYS, 0.0, claims))
            # What nobody has earned stays with Medicare: there is no pool then.
            funded = funded if paid.any() else np.zeros_like(funded)
        else:
            paid = cents(self.pool_usd(year, scored.earning, dollars))
        return {
            "quality_earned": settled["quality_withhold"] - unearned,
            "pool_funded": funded,
            "high_performers_pool": paid,
        }

    def pool_usd(self, year: int, earning: Floats, benchmark_usd: Floats) -> Floats:
        """Return what a pool filled by all ACOs of the program pays each ACO, USD, shape (acos,)."""
        terms, evidence = quality_terms(self._rulebook, year), self._evidence
        return high_performers_pool(
            earning,
            benchmark_usd,
            withhold=terms.withhold,
            share=terms.pool_share,
            threshold=terms.pool_score,
            mean=evidence.number("quality.program_score"),
            spread=evidence.number("quality.program_spread"),
        )
