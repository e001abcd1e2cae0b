"""Quality in LEAD: from what a year's care shows of an ACO's people to the score and the pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.inputs.evidence import Evidence
from sim.inputs.quality_terms import QualityTerms, quality_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import MONTHS_A_YEAR, Sum
from sim.policy.quality import (
    earning_score,
    high_performers_pool,
    improves_or_sustains,
    measure_points,
    percentile,
    total_score,
)
from sim.population.experience import N_CATEGORIES
from sim.settlement.program import Flags, Floats, Ints


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


@dataclass(frozen=True, eq=False)
class Scored:
    """Quality of a year; float64 arrays of shape (acos,).

    Attributes
    ----------
    total : float64 array
        Total quality score.
    earning : float64 array
        Score that the withhold is earned back by.
    """

    total: Floats
    earning: Floats


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
        total = self.total(year, sums, survey)
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
        return Scored(total, earning)

    def total(self, year: int, sums: Ints, survey: Floats) -> Floats:
        """Return the total quality score (acos,); see :meth:`scored`."""
        terms = quality_terms(self._rulebook, year)
        shown = [name for name in terms.measures if name != SURVEY]
        scores = dict(zip(shown, self._points(sums, shown, terms).T, strict=True))
        scores[SURVEY] = survey
        points = np.stack([scores[name] for name in terms.measures], axis=-1)
        return total_score(
            points,
            np.ones(points.shape, dtype=bool),
            terms.electronic,
            electronic_phase=terms.electronic_phase,
            weights=terms.weights,
        )

    def _points(self, sums: Ints, measures: list[str], terms: QualityTerms) -> Floats:
        """Return the points of counted measures, shape (acos, measures)."""
        by_category = (sums[:, :N_CATEGORIES] + sums[:, N_CATEGORIES:]).astype(np.float64)
        ways = [COUNTED[name] for name in measures]
        observed = [by_category[..., way.events].sum(axis=-1) for way in ways]
        expected = [
            (by_category[..., way.exposed] / way.unit) @ self._evidence.array(f"quality.rate.{name}")
            for name, way in zip(measures, ways, strict=True)
        ]
        if not ways:
            return np.zeros((len(sums), 0))
        share = percentile(
            np.stack(observed, axis=-1),
            np.stack(expected, axis=-1),
            [way.lower_is_better for way in ways],
            spread=[self._evidence.number(f"quality.measure_spread.{name}") for name in measures],
            dispersion=[self._evidence.number(f"quality.dispersion.{name}") for name in measures],
        )
        return measure_points(share, percentiles=terms.percentiles, points=terms.points)

    def pool_usd(self, year: int, earning: Floats, benchmark_usd: Floats) -> Floats:
        """Return what the High Performers Pool pays each ACO, USD, shape (acos,)."""
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
