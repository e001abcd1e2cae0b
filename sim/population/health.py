"""Health and spending parameters for the kernels, from evidence and the rulebook's High Needs criteria."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.inputs.lead_criteria import Criteria
from sim.kernels.codes import AGED_IN, N_KINDS, OLDEST, Kind
from sim.kernels.health import (
    Advantage,
    Alignment,
    Ambulatory,
    Conditions,
    Emergency,
    Episodes,
    Events,
    Falls,
    Health,
    HighNeeds,
    Mortality,
    Quality,
    Relative,
    Visits,
)
from sim.population.disease import condition_names, mask_of, words
from sim.population.life_tables import death_probabilities
from sim.population.scoring import concurrent_factors

AGE_COST_EDGES = (0, 65, 70, 75, 80, 85, 90)
DAYS_A_MONTH = 365.0 / 12.0
# Row of services.share: the parts of spending in the order of its title.
EVENT_WITH_SNF = 4
MORTALITY_EDGES = (65, 70, 75, 80, 85, 90, 95)


def by_age(values: NDArray[np.float64], edges: tuple[int, ...]) -> NDArray[np.float64]:
    """Return one value a band as one value an age; ages below the first edge get the first value."""
    ages = np.arange(OLDEST + 1)
    table: NDArray[np.float64] = values[np.clip(np.searchsorted(edges, ages, side="right") - 1, 0, None)]
    return table


def _mortality_level(evidence: Evidence) -> NDArray[np.float64]:
    """Return the factor on the population table, shape (kinds, sexes, ages)."""
    level = np.ones((N_KINDS, 2, OLDEST + 1))
    fit = np.stack([by_age(row, MORTALITY_EDGES) for row in evidence.array("mortality.age_fit")])
    mix = evidence.array("demography.mix")
    dual_share = mix[Kind.AGED_DUAL] / (mix[Kind.AGED_DUAL] + mix[Kind.AGED_NON_DUAL])
    dual = evidence.number("mortality.aged_dual")
    non_dual = 1.0 / (1.0 - dual_share + dual_share * dual)
    level[Kind.DISABLED] = evidence.number("mortality.disabled")
    level[Kind.AGED_DUAL] = fit * dual * non_dual
    level[Kind.AGED_NON_DUAL] = fit * non_dual
    return level


def in_year(health: Health, evidence: Evidence, criteria: Criteria, year: int) -> Health:
    """Return parameters with a calendar year's mortality and a program's High Needs criteria and weights.

    Parameters
    ----------
    health : Health
        What :func:`build_health` returned for the same evidence.
    evidence : Evidence
    criteria : Criteria
    year : int
    """
    table = death_probabilities()[year]
    level = health.mortality.level.copy()
    # ESRD mortality is stated by itself: divide the table out.
    level[Kind.ESRD] = evidence.number("mortality.esrd") / np.maximum(table, table[:, [AGED_IN]])
    return health._replace(
        mortality=health.mortality._replace(table=table, level=level),
        high_needs=health.high_needs._replace(
            score=criteria.score,
            score_with_admissions=criteria.score_with_admissions,
            admissions=criteria.admissions,
            snf_days=criteria.snf_days,
        ),
        alignment=Alignment(criteria.weight_recent, criteria.weight_older),
    )


class HealthByYear:
    """The kernels' parameters of one arm, year by year; another arm's where they would be the same.

    Parameters
    ----------
    evidence : Evidence
    other : HealthByYear, optional
        Of an arm that comes first.
    """

    def __init__(self, evidence: Evidence, other: HealthByYear | None = None) -> None:
        self._evidence = evidence
        self._other = other if other is not None and other._evidence is evidence else None
        self._all_years: Health | None = None
        self._latest: tuple[Criteria, int, Health] | None = None

    def in_year(self, criteria: Criteria, year: int) -> Health:
        """Return the parameters of a year under a program's criteria."""
        for made in (self._latest, None if self._other is None else self._other._latest):
            if made is not None and made[:2] == (criteria, year):
                return made[2]
        if self._all_years is None:
            self._all_years = with_prevention(build_health(self._evidence), self._evidence)
        found = in_year(self._all_years, self._evidence, criteria, year)
        self._latest = criteria, year, found
        return found


def build_health(evidence: Evidence) -> Health:
    """Return the kernels' parameters that hold in all years; :func:`in_year` fills in the rest."""
    number, array = evidence.number, evidence.array
    names = condition_names(evidence)
    return Health(
        conditions=_conditions(evidence),
        mortality=Mortality(
            table=np.empty((2, OLDEST + 1)),
            level=_mortality_level(evidence),
            risk_slope=number("mortality.risk_slope"),
            event=number("mortality.event"),
        ),
        advantage=Advantage(
            leave=array("advantage.leave").copy(),
            leave_risk=number("advantage.leave_risk"),
            back=array("advantage.back").copy(),
            back_risk=number("advantage.back_risk"),
            risk_usual=number("advantage.risk_usual"),
            risk_most=number("advantage.risk_most"),
        ),
        high_needs=HighNeeds(
            conditions=mask_of(names, " ".join(words(evidence, "conditions.mobility"))),
            score=np.inf,
            score_with_admissions=np.inf,
            admissions=0,
            snf_days=0,
            concurrent_base=concurrent_factors()["base"],
        ),
        alignment=Alignment(weight_recent=0.0, weight_older=0.0),
        relative=Relative(
            age=by_age(array("spending.age"), AGE_COST_EDGES),
            constant=number("spending.cost_constant"),
            slope=number("spending.cost_slope"),
            spread=number("spending.cost_spread"),
            least=number("spending.least_relative"),
            most=number("spending.most_relative"),
        ),
        visits=Visits(
            practice_leave=number("care.practice_leave"),
            leave_risk=number("care.leave_risk"),
            leave_usual=number("care.leave_usual"),
            attest_risk=number("care.attest_risk"),
            attest_most=number("care.attest_most"),
            visits_mean=number("care.visits_mean"),
            visits_risk=number("care.visits_risk"),
            visits_loyal=number("care.visits_loyal"),
            most_visits=int(number("use.most_visits")),
            no_use=number("spending.no_use"),
            no_use_without=number("spending.no_use_without"),
            no_use_risk=number("spending.no_use_risk"),
            seldom=number("care.seldom"),
        ),
        ambulatory=Ambulatory(
            base_share=array("spending.base_share").copy(),
            base_spread=array("spending.base_spread").copy(),
            no_supplement=number("spending.no_supplement"),
        ),
        events=_events(evidence),
        episodes=_episodes(evidence),
        emergency=Emergency(
            ed_visits=number("use.ed_visits"),
            ed_risk=number("use.ed_risk"),
            ed_stay=number("use.ed_stay"),
            ed_fall=number("use.ed_fall"),
            most_ed_visits=int(number("use.most_ed_visits")),
        ),
        quality=Quality(
            complex_conditions=int(number("use.complex_conditions")),
            stay_days=number("use.stay_days"),
        ),
        falls=_falls(evidence),
    )


def with_prevention(health: Health, evidence: Evidence) -> Health:
    """Return parameters with what falls prevention averts in an arm; before, nobody has any."""
    number, trial = evidence.number, evidence.word("falls.trial")
    stays, visits = (
        {name: number(f"falls.{of}.{name}") for name in ("multifactorial", "home_hazard")}
        for of in ("stays", "ed_visits")
    )
    return health._replace(
        falls=health.falls._replace(
            lasts=int(number("falls.lasts")), stays=stays[trial], ed_visits=visits[trial]
        )
    )


def _falls(evidence: Evidence) -> Falls:
    number = evidence.number
    since, until = int(number("spending.level_year")), evidence.entry("falls.visit_cost").year or 0
    at_risk, slope = number("falls.at_risk"), number("falls.at_risk_slope")
    growth = np.prod([1.0 + number("trend.national", year) for year in range(since + 1, until + 1)])
    return Falls(
        at_risk=at_risk * (1.0 - slope),
        at_risk_slope=at_risk * slope / number("falls.at_risk_usual"),
        lasts=0,
        stays=1.0,
        ed_visits=1.0,
        visit_cost=number("falls.visit_cost") / float(growth) / _average(evidence),
    )


def _conditions(evidence: Evidence) -> Conditions:
    names = condition_names(evidence)
    recovery = evidence.array("conditions.recovery")
    alone = ("kidney_failure", "heart_failure", "copd", "diabetes", "hypertension", "rheumatoid_arthritis")
    return Conditions(
        recoverable=sum(1 << k for k in range(len(names)) if recovery[k] > 0.0),
        drug_treated=mask_of(names, " ".join(words(evidence, "conditions.drug_treated"))),
        uncoded_halvings=int(evidence.number("conditions.uncoded_halvings")),
        **{name: mask_of(names, name) for name in alone},
    )


def _events(evidence: Evidence) -> Events:
    number, array = evidence.number, evidence.array
    causes = words(evidence, "episodes.causes")
    share, cost = _cause_share(evidence, causes), array("episodes.cause_cost").copy()
    chance = np.diff(share, prepend=0.0, append=1.0)
    return Events(
        event_chance=array("spending.event_chance").copy(),
        event_share=array("spending.event_share").copy(),
        event_spread=array("spending.event_spread").copy(),
        event_slope=number("spending.event_slope"),
        event_amount_slope=number("spending.event_amount_slope"),
        event_carry=number("spending.event_carry"),
        death_event=number("spending.death_event"),
        death_amount=number("spending.death_amount"),
        cause_share=share,
        cause_cost=cost,
        mean_cost=chance @ cost,
        first_fall_cause=causes.index("hip_fracture"),
        last_fall_cause=causes.index("fall_injury"),
        stays_extra=number("spending.stays_extra"),
        snf_chance=number("spending.snf_chance"),
        snf_days=number("spending.snf_days"),
        snf_part=snf_part(evidence),
        most_stays=int(number("use.most_stays")),
        most_snf_days=int(number("use.most_snf_days")),
        hospice=number("use.hospice"),
    )


def snf_part(evidence: Evidence) -> float:
    """Return the part of what an acute event with SNF care costs that is SNF care."""
    return float(
        evidence.array("services.share")[EVENT_WITH_SNF, words(evidence, "services.names").index("snf")]
    )


def _average(evidence: Evidence) -> float:
    """Return what part by part the average aged person without Medicaid spends one of in a year, USD."""
    fitted = evidence.array("spending.level") * evidence.array("spending.level_fit")
    return float(12.0 * fitted[Kind.AGED_NON_DUAL])


def _episodes(evidence: Evidence) -> Episodes:
    kinds = words(evidence, "episodes.names")
    of_procedure = np.array([kinds.index(name) for name in words(evidence, "episodes.procedures")])
    average = _average(evidence)
    rate = evidence.array("episodes.incidence")[of_procedure] * evidence.number("episodes.procedure_fit")
    return Episodes(
        procedure_share=np.cumsum(rate)[None, :].copy(),
        procedure_cost=evidence.array("episodes.cost")[of_procedure] / average,
        procedure_spread=np.sqrt(np.log1p(evidence.array("episodes.procedure_cv") ** 2)),
        procedure_inpatient=evidence.array("episodes.procedure_inpatient").copy(),
        procedure_kind=of_procedure.astype(np.int64),
        cause_kind=np.array(
            [
                kinds.index(name) if name in kinds else -1
                for name in (*words(evidence, "episodes.causes"), "other")
            ],
            np.int64,
        ),
        share=evidence.array("episodes.share").copy(),
        specialty=specialty_of_episodes(evidence),
        months_after=evidence.array("episodes.days_after") / DAYS_A_MONTH,
        usual_cost=evidence.array("episodes.cost") / average,
        related_known=evidence.array("episodes.related_known").copy(),
        related_spread=evidence.array("episodes.related_spread").copy(),
        related_luck=evidence.array("episodes.related_luck").copy(),
    )


def specialties(evidence: Evidence) -> tuple[str, ...]:
    """Return the specialties that lead episodes, sorted."""
    return tuple(sorted(set(words(evidence, "episodes.specialty"))))


def specialty_of_episodes(evidence: Evidence) -> NDArray[np.int64]:
    """Return the specialty that leads each kind of episode, shape (episodes,)."""
    names = specialties(evidence)
    return np.array([names.index(name) for name in words(evidence, "episodes.specialty")], np.int64)


def _cause_share(evidence: Evidence, causes: tuple[str, ...]) -> NDArray[np.float64]:
    """Return cumulative chances of each cause by heart failure plus twice COPD, shape (4, causes)."""
    chance = np.tile(evidence.array("episodes.cause_fit"), (4, 1))
    chance[[0, 2], causes.index("hf_inpatient")] = 0.0
    chance[[0, 1], causes.index("copd_inpatient")] = 0.0
    return np.cumsum(chance, axis=1)
