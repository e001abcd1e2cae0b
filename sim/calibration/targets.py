"""The published figures that simulated people are held to, and how near they come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.calibration import measures, people_targets
from sim.calibration.nation import Lived
from sim.calibration.published import (
    AGE_RELATIVE,
    ASSIGNABLE_MIX,
    COMMON_CONDITIONS,
    CONCENTRATION,
    ED_VISITS,
    FALL_ED,
    FALLS,
    P99_OVER_MEAN,
    READMITTED,
    STAYS,
)
from sim.calibration.target import Target
from sim.inputs.evidence import Evidence
from sim.kernels.codes import Kind, Sum
from sim.population.disease import condition_names, words
from sim.population.health import AGE_COST_EDGES, MORTALITY_EDGES
from sim.population.world import World

MIX_DRIFT = (0.2, 1.0, 1.0, 2.0)
_CONCENTRATION = "Trends in Medicare spending across strata of resource utilization, eClinicalMedicine 2021"
_GV = "CMS, Geographic Variation 2024"
_MSSP = "CMS, MSSP financial reconciliation PY2022, truncation thresholds over per-capita expenditure"
_PUF = "CMS, County-level Aggregate Expenditure and Risk Score PUF, CY2023"
_SSA = "SSA period life tables, 2020 Trustees Report"
_CCW = "CMS Chronic Conditions Warehouse, FFS prevalence"
_FIGUEROA = "Figueroa et al., Health Affairs 2019"
_KFF = "KFF, Medicare Spending at the End of Life, 2016; Riley and Lubitz 2010"


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
        *_use(evidence, first),
        *_life(years),
        *_risk(evidence, first, second),
        *people_targets.measure(evidence, years),
        Target(
            "Region spread of risk-standardised spending, aged non-dual",
            0.10,
            0.02,
            measures.region_cv(years, world.n_markets),
            "CV",
            _PUF,
        ),
    ]


def _spending(first: Lived, second: Lived, third: Lived) -> list[Target]:
    spend = first.spend[measures.whole(first)]
    shares = 100.0 * measures.top_shares(spend)
    again, always, memory = measures.persistence(first, second, third)
    targets = [
        Target(f"Share of spending of the top {top:.0%}, aged", value, 1.0, float(share), "%", _CONCENTRATION)
        for top, value, share in zip(measures.TOP_SHARES, CONCENTRATION, shares, strict=True)
    ]
    return [
        *targets,
        Target("No spending in the year", 6.5, 1.0, 100.0 * float((spend <= 0).mean()), "%", _CONCENTRATION),
        Target("CV of spending", 2.2, 0.15, float(spend.std() / spend.mean()), "1", _CONCENTRATION),
        Target("Top decile still there next year", 39.0, 4.0, 100.0 * again, "%", _FIGUEROA),
        Target("Top decile still there two years running", 25.0, 4.0, 100.0 * always, "%", _FIGUEROA),
        Target("Lag-1 correlation of spending", 0.40, 0.06, memory, "r", "published prior-spending R2"),
    ]


def _kinds(world: World, first: Lived) -> list[Target]:
    evidence = world.evidence
    trend = measures.trend_of(world, first)
    level = 12.0 * evidence.array("spending.level")
    mix = 100.0 * measures.mix(first)
    stated = 100.0 * np.array(ASSIGNABLE_MIX) / np.sum(ASSIGNABLE_MIX)
    targets: list[Target] = []
    for kind in Kind:
        name = kind.name.lower().replace("_", " ")
        threshold, mean = measures.truncated(first, kind)
        ratio = P99_OVER_MEAN[kind]
        targets.append(
            Target(f"99th percentile over mean, {name}", ratio, 0.1 * ratio, threshold / mean, "1", _MSSP)
        )
        targets.append(
            Target(
                f"Mean spending at 2023 prices, {name}",
                float(level[kind]),
                0.02 * float(level[kind]),
                mean / float(trend[kind]),
                "USD/year",
                _PUF,
            )
        )
        targets.append(
            Target(
                f"Share of assignable person-months, {name}",
                float(stated[kind]),
                max(0.02 * float(stated[kind]), 0.05),
                float(mix[kind]),
                "%",
                _PUF,
            )
        )
    gradient = measures.age_gradient(first)
    for edge, value, found in zip(AGE_COST_EDGES, AGE_RELATIVE, gradient, strict=True):
        name = f"Relative spending from age {edge}" if edge else "Relative spending under 65"
        targets.append(Target(name, value, 0.08, float(found), "1", "KFF 2015; CBO WP 2015-08"))
    return targets


def _use(evidence: Evidence, first: Lived) -> list[Target]:
    stays = measures.per_thousand(first, Sum.STAYS)
    readmitted = measures.per_thousand(first, Sum.READMISSIONS)
    emergencies = measures.per_thousand(first, Sum.ED_VISITS)
    targets = [
        Target("Inpatient stays", STAYS, 0.03 * STAYS, stays, "per 1,000", _GV),
        Target("ED visits", ED_VISITS, 0.03 * ED_VISITS, emergencies, "per 1,000", _GV),
        Target(
            "Readmissions within 30 days",
            100.0 * READMITTED,
            1.0,
            100.0 * readmitted / stays,
            "% of stays",
            _GV,
        ),
        Target(
            "Stays for falls, aged",
            FALLS,
            1.0,
            measures.aged_per_thousand(first, Sum.FALL_STAYS),
            "per 1,000",
            "Haddad et al., Injury Prevention 2024",
        ),
        Target(
            "ED visits for falls, aged",
            FALL_ED,
            3.0,
            measures.aged_per_thousand(first, Sum.FALL_ED_VISITS),
            "per 1,000",
            "Haddad et al., Injury Prevention 2024",
        ),
    ]
    shares = 100.0 * measures.service_shares(first, evidence.array("services.share"))
    stated = 100.0 * evidence.array("services.target")
    for name, value, found in zip(words(evidence, "services.names"), stated, shares, strict=True):
        targets.append(Target(f"Service share, {name}", float(value), 1.0, float(found), "%", _GV))
    incidence = 1000.0 * measures.episode_incidence(first)
    wanted = 1000.0 * evidence.array("episodes.incidence")
    for name, value, found in zip(words(evidence, "episodes.names"), wanted, incidence, strict=True):
        tolerance = max(0.1 * float(value), 0.5)
        targets.append(
            Target(f"Episodes, {name}", float(value), tolerance, float(found), "per 1,000", "evidence files")
        )
    return targets


def _life(years: Sequence[Lived]) -> list[Target]:
    found, expected = measures.deaths(years)
    targets = []
    for sex, word in enumerate(("men", "women")):
        for band, edge in enumerate(MORTALITY_EDGES):
            ratio = 100.0 * float(found[sex, band] / expected[sex, band])
            name = f"Deaths against the table, {word} from {edge}"
            targets.append(Target(name, 100.0, 3.0, ratio, "%", _SSA))
    ratio = measures.decedent_ratio(years[1])
    share = 100.0 * measures.last_year_share(years[0], years[1])
    return [
        *targets,
        Target("Decedents' spending over survivors'", 3.8, 0.4, ratio, "1", _KFF),
        Target("Share of spending in the last year of life, aged", 23.0, 3.0, share, "%", _KFF),
    ]


def _risk(evidence: Evidence, first: Lived, second: Lived) -> list[Target]:
    mean, spread, fit = measures.score_moments(first)
    names = condition_names(evidence)
    stated = 100.0 * evidence.array("conditions.prevalence")
    found = 100.0 * measures.prevalence(first, COMMON_CONDITIONS)
    hcc = "CMS-HCC model evaluations"
    return [
        Target("Mean V28 score", 1.0, 0.08, mean, "1", hcc),
        Target("Spread of the V28 score over its mean", 1.0, 0.08, spread, "1", hcc),
        Target("R2 of spending on the prospective score", 0.125, 0.03, fit, "1", hcc),
        Target("Lag-1 correlation of the score", 0.80, 0.05, measures.score_memory(first, second), "r", hcc),
        *(
            Target(f"Prevalence at 65 and over, {name}", float(value), 1.0, float(share), "%", _CCW)
            for name, value, share in zip(names, stated, found, strict=False)
        ),
    ]


def stock_change(years: Sequence[Lived]) -> Target:
    """Hold the yearly change of Original Medicare under the rates of 2024 to what CMS saw."""
    counts = [lived.enrolled_after for lived in years]
    change = 100.0 * ((counts[-1] / counts[0]) ** (1.0 / (len(counts) - 1)) - 1.0)
    return Target("Change of Original Medicare under 2024 rates", -2.4, 0.7, change, "%/year", _GV)


def drift(world: World, first: Lived, last: Lived) -> list[Target]:
    """Hold the last year of a decade to its first: shape, mix and prevalence stay but for stated trends."""
    here = f"{last.year} against {first.year}"

    def steady(name: str, found: Sequence[float], bound: float, unit: str = "%") -> Target:
        return Target(f"{name}, {here}", float(found[0]), bound, float(found[1]), unit, "no drift")

    shares = [100.0 * measures.top_shares(one.spend[measures.whole(one)]) for one in (first, last)]
    mixes = [100.0 * measures.mix(one) for one in (first, last)]
    held = [100.0 * measures.prevalence(one, COMMON_CONDITIONS) for one in (first, last)]
    scores = [measures.score_moments(one)[0] for one in (first, last)]
    tops = [f"Share of the top {top:.0%}" for top in measures.TOP_SHARES]
    kinds = [f"Mix, {kind.name.lower().replace('_', ' ')}" for kind in Kind]
    names = [f"Prevalence of {name}" for name in condition_names(world.evidence)[:COMMON_CONDITIONS]]
    return [
        *(steady(name, pair, 1.5) for name, *pair in zip(tops, *shares, strict=True)),
        *(steady(name, pair, bound) for name, bound, *pair in zip(kinds, MIX_DRIFT, *mixes, strict=True)),
        steady("Mean V28 score", scores, 0.06, "1"),
        *(steady(name, pair, 1.5) for name, *pair in zip(names, *held, strict=True)),
        *people_targets.drift(first, last, steady),
    ]
