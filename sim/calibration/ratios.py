"""Constants that one published figure each decides: scaled by target over simulation until they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.calibration import measures
from sim.calibration.nation import Lived
from sim.calibration.targets import AGE_RELATIVE, ASSIGNABLE_MIX
from sim.inputs.evidence import Evidence
from sim.kernels.codes import Episode, Kind, Sum
from sim.population.disease import condition_names, words
from sim.population.health import AGE_COST_EDGES
from sim.population.world import World

Floats = NDArray[np.float64]
Values = dict[str, Floats]

NO_USE = 0.065
STAYS, ED_VISITS, READMITTED = 225.0, 591.0, 0.181
FALLS, FALL_ED = 18.0, 53.9
PROPORTIONAL_ROUNDS = 200
LEAST, MOST = 0.3, 3.0
ENTRANT_POWER = 1.5
CHRONIC_POWER = 0.5
CONDITIONS = 32
AGED_EDGE, AGED_FACTOR = 75, 0.45  # the band whose age factor is held, and where
BOUNDS = (0.3, 3.0)


def ratio(target: Floats | float, found: Floats | float, power: float = 1.0) -> Floats:
    """Return (target over found) to a power, bounded; 1 where nothing was found."""
    top, bottom = np.asarray(target, np.float64), np.asarray(found, np.float64)
    safe = np.where(bottom > 0.0, bottom, 1.0)
    return np.clip(np.where(bottom > 0.0, top / safe, 1.0), LEAST, MOST) ** power


def updated(world: World, years: Sequence[Lived]) -> Values:
    """Return new values of the constants that one figure each decides, by evidence key."""
    evidence, first, last = world.evidence, years[0], years[-1]
    array, number = evidence.array, evidence.number
    trend = measures.trend_of(world, first)
    means = np.array([measures.truncated(first, kind)[1] for kind in Kind]) / trend
    stated = np.array(ASSIGNABLE_MIX) / np.sum(ASSIGNABLE_MIX)
    found, expected = measures.deaths(years)
    early, late = (measures.prevalence(one, CONDITIONS) for one in (first, last))
    chronic = array("conditions.recovery") == 0.0
    wanted = array("conditions.prevalence")
    kept = ratio(early, late) * ratio(wanted, late, CHRONIC_POWER)
    # Kidney failure follows from the mix of kinds.
    kidney = np.array(condition_names(evidence)) == "kidney_failure"
    start = np.where(chronic & ~kidney, ratio(wanted, early), 1.0)
    unused = float((first.spend[measures.whole(first)] <= 0.0).mean())
    gradient = ratio(np.array(AGE_RELATIVE), measures.age_gradient(first))
    stays = measures.per_thousand(first, Sum.STAYS)
    readmitted = measures.per_thousand(first, Sum.READMISSIONS) / stays
    emergencies = measures.per_thousand(first, Sum.ED_VISITS)
    mix, entrants = array("demography.mix"), array("demography.entrant_mix")
    mix = mix * ratio(stated, measures.mix(first))
    entrants = entrants * ratio(stated, measures.mix(last), ENTRANT_POWER)
    return {
        "spending.level_fit": array("spending.level_fit") * ratio(12.0 * array("spending.level"), means),
        "spending.age": _by_age(array("spending.age") * gradient),
        "spending.no_use": number("spending.no_use") * ratio(NO_USE, unused),
        "spending.stays_extra": number("spending.stays_extra") * ratio(STAYS, stays, 2.0),
        "mortality.age_fit": array("mortality.age_fit") * ratio(expected, found),
        # Chronic conditions: the start decides the level, incidence keeps it. Passing ones follow incidence.
        "conditions.prevalence_fit": np.clip(array("conditions.prevalence_fit") * start, *BOUNDS),
        "conditions.incidence_fit": array("conditions.incidence_fit")
        * np.where(kidney, 1.0, np.where(chronic, kept, ratio(wanted, early))),
        "demography.mix": mix / mix.sum(),
        "demography.entrant_mix": entrants / entrants.sum(),
        "use.readmission": np.minimum(number("use.readmission") * ratio(READMITTED, readmitted), 0.95),
        "use.ed_visits": number("use.ed_visits") * ratio(ED_VISITS, emergencies, 1.3),
        "use.ed_fall": number("use.ed_fall")
        * ratio(FALL_ED, measures.aged_per_thousand(first, Sum.FALL_ED_VISITS)),
        "services.share": fitted_services(evidence, first),
        **_episodes(world, first, trend),
    }


def _by_age(factors: Floats) -> Floats:
    """Return age factors scaled so that one aged band and people under 65 stand at a fixed factor.

    The levels by kind hold mean spending, so only the shape over ages from 65 is free.
    """
    scaled: Floats = factors * AGED_FACTOR / factors[list(AGE_COST_EDGES).index(AGED_EDGE)]
    scaled[0] = AGED_FACTOR
    return scaled


def fitted_services(evidence: Evidence, lived: Lived) -> Floats:
    """Return services by part of spending that add to the published totals, fitted in proportion."""
    parts = measures.parts_of_spending(lived)
    parts = parts / parts.sum()
    flows = evidence.array("services.prior") * parts[:, None]
    target = evidence.array("services.target")
    for _ in range(PROPORTIONAL_ROUNDS):
        flows = flows * ratio(target, flows.sum(axis=0))
        flows = flows * (parts / flows.sum(axis=1))[:, None]
    shares: Floats = flows / flows.sum(axis=1)[:, None]
    return shares


def _episodes(world: World, first: Lived, trend: Floats) -> Values:
    evidence = world.evidence
    names = words(evidence, "episodes.names")
    wanted, cost = evidence.array("episodes.incidence"), evidence.array("episodes.cost")
    incidence, paid = measures.episode_incidence(first), measures.episode_cost(first, trend)
    causes = words(evidence, "episodes.causes")
    falls = measures.aged_per_thousand(first, Sum.FALL_STAYS)
    scale = [
        float(ratio(wanted[names.index(cause)], incidence[names.index(cause)]))
        if cause in names
        else float(ratio(FALLS, falls, 1.4))
        for cause in causes
    ]
    procedures = [names.index(name) for name in words(evidence, "episodes.procedures")]
    procedure = ratio(wanted[procedures].sum(), incidence[procedures].sum())
    share = evidence.array("episodes.share") * ratio(cost, paid)
    share[procedures] = 1.0
    if share[Episode.HF_CHRONIC] > 1.0:
        raise ValueError("people with heart failure spend less than their episodes are said to cost")
    return {
        "episodes.cause_fit": evidence.array("episodes.cause_fit") * np.array(scale),
        "episodes.procedure_fit": evidence.number("episodes.procedure_fit") * procedure,
        "episodes.share": share,
    }
