"""How near simulated people come to the published figures they are held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from sim.calibration import measures, people, people_targets
from sim.calibration.nation import Lived
from sim.calibration.published import held_to, published
from sim.calibration.target import Target
from sim.inputs.evidence import Evidence
from sim.kernels.codes import Kind, Sum
from sim.population.disease import condition_names, mask_of, words
from sim.population.world import World


def measure(world: World, years: Sequence[Lived]) -> list[Target]:
    """Hold the first years of a nation to every target that one population shows.

    Parameters
    ----------
    world : World
    years : sequence of Lived
        At least three years; deaths and markets use all of them.
    """
    first, second, third = years[:3]
    evidence = world.evidence
    return [
        *_spending(first, second, third),
        *_kinds(world, first),
        *_by_conditions(evidence, first),
        *_use(evidence, first),
        *_life(years),
        *_risk(evidence, first, second),
        *people_targets.measure(evidence, years),
        *held_to("market.spread", measures.region_cv(years, world.n_markets)),
    ]


def _spending(first: Lived, second: Lived, third: Lived) -> list[Target]:
    spend = first.spend[measures.whole(first)]
    again, always, memory = measures.persistence(first, second, third)
    return [
        *held_to("spending.top", 100.0 * measures.top_shares(spend)),
        *held_to("spending.none", 100.0 * float((spend <= 0).mean())),
        *held_to("spending.none_again", 100.0 * measures.none_again(first, second)),
        *held_to("spending.cv", spend.std() / spend.mean()),
        *held_to("spending.top_next_year", 100.0 * again),
        *held_to("spending.top_two_years", 100.0 * always),
        *held_to("spending.memory", memory),
    ]


def _kinds(world: World, first: Lived) -> list[Target]:
    threshold, mean = np.array([measures.truncated(first, kind) for kind in Kind]).T
    rows = (
        held_to("spending.p99", threshold / mean),
        held_to("spending.level", mean / measures.trend_of(world, first), world.evidence),
        held_to("people.mix", 100.0 * measures.mix(first)),
    )
    by_kind = [target for same_kind in zip(*rows, strict=True) for target in same_kind]
    return [*by_kind, *held_to("spending.by_age", measures.age_gradient(first))]


def _by_conditions(evidence: Evidence, first: Lived) -> list[Target]:
    names = condition_names(evidence)
    groups = [mask_of(names, forms.replace("+", " ")) for forms in words(evidence, "conditions.counted")]
    counted = measures.by_number(first, groups)
    people_share, spending_share = measures.by_conditions(*counted)
    ranked = measures.by_rank(*counted, published()["people.by_conditions"].values())
    return [
        *held_to("spending.by_rank", 100.0 * ranked),
        *held_to("people.by_conditions", 100.0 * people_share),
        *held_to("spending.by_conditions", 100.0 * spending_share),
    ]


def _use(evidence: Evidence, first: Lived) -> list[Target]:
    stays = measures.per_thousand(first, Sum.STAYS)
    readmitted = measures.per_thousand(first, Sum.READMISSIONS)
    services = measures.service_shares(first, evidence.array("services.share"))
    return [
        *held_to("use.stays", stays),
        *held_to("use.ed_visits", measures.per_thousand(first, Sum.ED_VISITS)),
        *held_to("use.readmissions", 100.0 * readmitted / stays),
        *held_to("use.fall_stays", measures.aged_per_thousand(first, Sum.FALL_STAYS)),
        *held_to("use.fall_ed_visits", measures.aged_per_thousand(first, Sum.FALL_ED_VISITS)),
        *held_to("use.services", 100.0 * services, evidence),
        *held_to("use.episodes", 1000.0 * measures.episode_incidence(first), evidence),
    ]


def _life(years: Sequence[Lived]) -> list[Target]:
    found, expected = measures.deaths(years)
    share = measures.last_year_share(years[0], years[1])
    return [
        *held_to("life.deaths", 100.0 * (found / expected).ravel()),
        *held_to("life.deaths_next", 100.0 * measures.deaths_after(years[0], years[1])),
        *held_to("life.decedents", measures.decedent_ratio(years[1])),
        *held_to("life.last_year", 100.0 * share),
    ]


def _risk(evidence: Evidence, first: Lived, second: Lived) -> list[Target]:
    mean, spread, fit = measures.score_moments(first)
    return [
        *held_to("risk.mean", mean),
        *held_to("risk.spread", spread),
        *held_to("risk.r2", fit),
        *held_to("risk.memory", measures.score_memory(first, second)),
        *held_to("conditions.prevalence", _prevalence(evidence, first), evidence),
    ]


def _prevalence(evidence: Evidence, lived: Lived) -> ArrayLike:
    """Return the prevalence of the conditions of which it is published, in %."""
    conditions = len(published()["conditions.prevalence"].names(evidence))
    return 100.0 * measures.prevalence(lived, conditions)


def raw_level(world: World, base: Lived) -> list[Target]:
    """Hold mean spending of the first base year, at the prices of the year before, to what CMS published."""
    growth = 1.0 + world.evidence.number("trend.national", base.year)
    return held_to("spending.raw", measures.level_by_kind(base) / growth, world.evidence)


def stock_change(years: Sequence[Lived]) -> Target:
    """Hold the yearly change of Original Medicare under the rates of 2024 to what CMS saw."""
    counts = [lived.enrolled_after for lived in years]
    change = 100.0 * ((counts[-1] / counts[0]) ** (1.0 / (len(counts) - 1)) - 1.0)
    return held_to("people.change_2024", change)[0]


def drift(world: World, first: Lived, last: Lived) -> list[Target]:
    """Hold the last year of a decade to its first: shape, mix and prevalence stay but for stated trends."""
    evidence = world.evidence
    shown: dict[str, Callable[[Lived], ArrayLike]] = {
        "drift.top": lambda one: 100.0 * measures.top_shares(one.spend[measures.whole(one)]),
        "drift.mix": lambda one: 100.0 * measures.mix(one),
        "drift.score": lambda one: measures.score_moments(one)[0],
        "drift.prevalence": lambda one: _prevalence(evidence, one),
        "drift.mean_age": lambda one: people.mean_by_month(one, one.age),
        "drift.oldest": lambda one: 100.0 * people.age_bands(one)[-1],
        "drift.deaths": lambda one: 100.0 * people.aged_deaths(one),
        "drift.high_needs": lambda one: 100.0 * people.high_needs_share(one),
    }
    years = f"{last.year} against {first.year}"
    return [
        target
        for key, show in shown.items()
        for target in held_to(key, show(last), evidence, before=show(first), years=years)
    ]
