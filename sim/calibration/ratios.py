"""Constants that one published figure each decides: scaled by target over simulation until they agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calibration import measures, people
from sim.calibration.nation import Lived
from sim.calibration.published import published
from sim.inputs.evidence import Evidence
from sim.kernels.codes import Kind, Sum
from sim.population.disease import condition_names, passes, words
from sim.population.health import AGE_COST_EDGES
from sim.population.world import World

Floats = NDArray[np.float64]
Values = dict[str, Floats]

PROPORTIONAL_ROUNDS = 200
LEAST, MOST = 0.3, 3.0
ENTRANT_POWER = 1.5
CHRONIC_POWER = 0.5
INCIDENCE_POWER = 0.7
START_POWER = 0.7
CHANCE_POWER = 1.2  # the chance of an event with a stay is one of several ways to be an inpatient user
MOST_CHANCE = 0.6
AGE_POWER, AGE_BAND_YEARS = 0.4, 5.0
LEAVING_SLOPES = (0.05, 0.9)
LEAVING_GAIN, LEAST_RISE = 0.8, 0.01
MOST_SHARE = 0.9  # an episode's part of the spending behind it, which is uncertain by a fifth
CONDITIONS = 32
AGED_EDGE, AGED_FACTOR = 75, 0.45  # the band whose age factor is held, and where
BOUNDS = (0.3, 3.0)


def ratio(target: Floats | float, found: Floats | float, power: float = 1.0) -> Floats:
    """Return (target over found) to a power, bounded; 1 where nothing was found."""
    top, bottom = np.asarray(target, np.float64), np.asarray(found, np.float64)
    safe = np.where(bottom > 0.0, bottom, 1.0)
    return np.clip(np.where(bottom > 0.0, top / safe, 1.0), LEAST, MOST) ** power


def figure(key: str) -> float:
    """Return a published figure in its unit."""
    return published()[key].number()


def updated(world: World, years: Sequence[Lived]) -> Values:
    """Return new values of the constants that one figure each decides, by evidence key."""
    evidence, first, last = world.evidence, years[0], years[-1]
    array, number = evidence.array, evidence.number
    trend = measures.trend_of(world, first)
    means = np.array([measures.truncated(first, kind)[1] for kind in Kind]) / trend
    found, expected = measures.deaths(years)
    early, late = (measures.prevalence(one, CONDITIONS) for one in (first, last))
    unused = 100.0 * float((first.spend[measures.whole(first)] <= 0.0).mean())
    by_age = measures.age_gradient(first)
    # With the published ages the published relativities do not average to one: each is off by the same.
    by_age_seen = published()["spending.by_age"].values()
    gradient = ratio(by_age_seen + np.mean((by_age - by_age_seen)[1:]), by_age)
    stays = measures.per_thousand(first, Sum.STAYS)
    readmitted = 100.0 * measures.per_thousand(first, Sum.READMISSIONS) / stays
    emergencies = measures.per_thousand(first, Sum.ED_VISITS)
    users = 100.0 * people.inpatient_users(first)
    chance = array("spending.event_chance") * ratio(figure("use.inpatient_users"), users, CHANCE_POWER)
    female = 100.0 * people.mean_by_month(first, first.female)
    return {
        "spending.level_fit": array("spending.level_fit")
        * ratio(published()["spending.level"].values(evidence), means),
        "spending.age": _by_age(array("spending.age") * gradient),
        "spending.no_use_without": np.minimum(
            number("spending.no_use_without") * ratio(figure("spending.none"), unused), MOST_CHANCE
        ),
        **_practices(evidence, years),
        "spending.stays_extra": number("spending.stays_extra") * ratio(figure("use.stays"), stays, 2.0),
        "mortality.age_fit": array("mortality.age_fit") * ratio(expected, found),
        **_disease(evidence, years, early, late),
        **_past(world, years),
        **_demography(evidence, first, last, world.first_lived),
        **_moves(evidence, years),
        "demography.female": array("demography.female") * ratio(figure("people.women"), female),
        "spending.event_chance": np.minimum(chance, MOST_CHANCE),
        "use.readmission": np.minimum(
            number("use.readmission") * ratio(figure("use.readmissions"), readmitted), 0.95
        ),
        "use.ed_visits": number("use.ed_visits") * ratio(figure("use.ed_visits"), emergencies, 1.3),
        "use.ed_fall": number("use.ed_fall")
        * ratio(figure("use.fall_ed_visits"), measures.aged_per_thousand(first, Sum.FALL_ED_VISITS)),
        "services.share": fitted_services(evidence, first),
        **_episodes(world, first, trend),
    }


def _disease(evidence: Evidence, years: Sequence[Lived], early: Floats, late: Floats) -> Values:
    """Return what decides prevalence, its change and incidence of each condition.

    Lasting conditions with a published incidence follow it; their prevalence at the start decides the level.
    Other lasting conditions are kept steady by incidence; passing ones follow it.
    """
    array = evidence.array
    wanted = array("conditions.prevalence")
    # Kidney failure follows from the mix of kinds.
    kidney = np.array(condition_names(evidence)) == "kidney_failure"
    lasting = ~passes(evidence) & ~kidney
    counted = len(published()["conditions.incidence"].names(evidence))
    common = lasting & (np.arange(CONDITIONS) < counted)
    cases = np.mean([people.incidence(lived, CONDITIONS) for lived in years], axis=0)
    cohorts = ratio(array("conditions.incidence"), cases, INCIDENCE_POWER)
    kept = ratio(early, late) * ratio(wanted, late, CHRONIC_POWER)
    follows = np.where(common, cohorts, np.where(lasting, kept, ratio(wanted, early)))
    start = np.where(lasting, ratio(wanted, early, START_POWER), 1.0)
    return {
        "conditions.prevalence_fit": np.clip(array("conditions.prevalence_fit") * start, *BOUNDS),
        "conditions.incidence_fit": array("conditions.incidence_fit") * np.where(kidney, 1.0, follows),
    }


def _past(world: World, years: Sequence[Lived]) -> Values:
    """Return what people at the start and entrants have of a past: what people who lived a history show.

    How far means of lasting traits fall with age is that of the last year; the hazard of High Needs status
    before the history is that of the years lived.
    """
    frailty, cost = people.lost_with_age(world, years[-1])
    return {
        "conditions.frailty_lost": frailty,
        "spending.cost_lost": cost,
        "high_needs.past": people.high_needs_hazard(world, years),
    }


def _demography(evidence: Evidence, first: Lived, last: Lived, first_lived: int) -> Values:
    """Return enrollment mix and ages of people at the start, decided by the first year, and of entrants."""
    array = evidence.array
    stated = published()["people.mix"].values()
    mix = array("demography.mix") * ratio(stated, 100.0 * measures.mix(first))
    entrants = array("demography.entrant_mix") * ratio(stated, 100.0 * measures.mix(last), ENTRANT_POWER)
    early, late = (ratio(_aged_shares(one), people.age_bands(one), AGE_POWER) for one in (first, last))
    band = np.searchsorted(people.AGE_EDGES, array("demography.age_bands"), side="right") - 1
    aged, oldest = band > 0, len(people.AGE_EDGES) - 1
    # In the years between the start and the first year people have moved on by some bands.
    later = band + (first.year - first_lived) / AGE_BAND_YEARS
    nearer, share = np.floor(later).astype(np.int64), later % 1.0
    moved = [early[np.minimum(nearer + further, oldest)] for further in (0, 1)]
    ages = array("demography.age") * np.where(aged, moved[0] ** (1.0 - share) * moved[1] ** share, 1.0)
    entering = array("demography.entrant_age") * np.where(aged, late[band], 1.0)
    return {
        "demography.mix": mix / mix.sum(),
        "demography.entrant_mix": entrants / entrants.sum(),
        "demography.age": ages / ages.sum(axis=1, keepdims=True),
        "demography.entrant_age": entering / entering.sum(axis=1, keepdims=True),
    }


def _aged_shares(lived: Lived) -> Floats:
    """Return the published ages, the aged scaled to what people under 65 leave: those follow from the mix."""
    under_65, wanted = people.age_bands(lived)[0], published()["people.age"].values() / 100.0
    wanted[1:] *= (1.0 - under_65) / wanted[1:].sum()
    wanted[0] = under_65
    return wanted


def _practices(evidence: Evidence, years: Sequence[Lived]) -> Values:
    """Return who has no usual practice, and how people leave theirs."""
    without = 1.0 - figure("people.assignable") / 100.0
    found = np.mean([people.leaving(a, b) for a, b in pairwise(years)], axis=0)
    wanted = published()["churn.leave"].values() / 100.0
    leaving = evidence.number("care.practice_leave") + LEAVING_GAIN * (wanted[0] - found[0])
    rise = ratio(wanted[1] - wanted[0], max(found[1] - found[0], LEAST_RISE))
    return {
        "care.no_practice": evidence.number("care.no_practice")
        * ratio(without, 1.0 - people.assignable(years[0])),
        "care.practice_leave": np.asarray(max(leaving, LEAST_RISE)),
        "care.leave_risk": evidence.number("care.leave_risk") * rise,
    }


def _moves(evidence: Evidence, years: Sequence[Lived]) -> Values:
    """Return moves to Medicare Advantage and how they fall with expected spending."""
    moved = 100.0 * float(np.mean([people.moves(lived) for lived in years]))
    spent = float(np.mean([people.movers_spending(a, b) for a, b in pairwise(years)]))
    slope = evidence.number("advantage.leave_risk") * ratio(
        1.0 - figure("advantage.movers_spending"), max(1.0 - spent, 0.02)
    )
    return {
        "advantage.leave": evidence.array("advantage.leave") * ratio(figure("advantage.moves"), moved),
        "advantage.leave_risk": np.clip(slope, *LEAVING_SLOPES),
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
        else float(ratio(figure("use.fall_stays"), falls, 1.4))
        for cause in causes
    ]
    procedures = [names.index(name) for name in words(evidence, "episodes.procedures")]
    procedure = ratio(wanted[procedures].sum(), incidence[procedures].sum())
    share = np.minimum(evidence.array("episodes.share") * ratio(cost, paid), MOST_SHARE)
    share[procedures] = 1.0
    return {
        "episodes.cause_fit": evidence.array("episodes.cause_fit") * np.array(scale),
        "episodes.procedure_fit": evidence.number("episodes.procedure_fit") * procedure,
        "episodes.share": share,
    }
