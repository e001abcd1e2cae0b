"""Quality in LEAD acts: what care shows is the score, and each rule on it moves money in a little world."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.evidence import load_evidence
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import N_CELLS, N_SUMS, Cell, Sum
from sim.kernels.draws import Decision
from sim.kernels.quantiles import normals
from sim.model import LeadModel
from sim.outcomes.quality import MEASURES
from sim.replicate import simulate
from sim.settlement.lead_quality import COUNTED, LeadQuality, Scored
from sim.settlement.program import Participants
from sim.start import make_world

ACOS = (aco("one", 600), aco("two", 400, market="rural"))
ARMS = {**NO_ACO, "lead": {"program": "lead"}}
MADE = scenario_of(*ACOS, arms=ARMS, first_py=2027, last_py=2031, aco_market_share="50 %")
LEAD = 1


@cache
def unchanged():
    return simulate(MADE, 0)


def changed(**rules):
    """Return results with some rules of the chapter on quality changed, and other evidence by its key."""
    words = {"interventions": "evidence.quality"}
    stated = {f"{words.get(key, 'program.values.quality')}.{key}": value for key, value in rules.items()}
    return simulate(MADE.replace(stated), 0)


def of_lead(out, name):
    return out[name][LEAD].astype(np.float64)


def test_the_score_by_hand():
    """Two claims measures of one ACO of 100 stays and 1,200 months, without a word of the code's own."""
    rules, evidence = MADE.rulebook("lead"), load_evidence()
    sums = np.zeros((1, N_CELLS, N_SUMS), np.int64)
    sums[0, Cell.AD_CLAIMS, [Sum.STAYS, Sum.READMISSIONS, Sum.COMPLEX_MONTHS]] = [100, 20, 1200]
    sums[0, Cell.HN_VOLUNTARY, [Sum.STAYS, Sum.READMISSIONS]] = [50, 9]
    sums[0, Cell.AD_CLAIMS, [Sum.COMPLEX_STAYS, Sum.DAYS_AWAY]] = [30, 300]

    def points(observed, expected, name, sign):
        wide = evidence.number(f"quality.measure_spread.{name}") ** 2
        wide += evidence.number(f"quality.dispersion.{name}") / expected
        share = stats.norm.cdf(sign * (observed / expected - 1.0) / wide**0.5)
        return np.interp(share, [0.0, 0.3, 0.6], [0.0, 0.7, 1.0])

    rate = {name: evidence.array(f"quality.rate.{name}") for name in COUNTED}
    expected = [
        points(29, 100 * rate["ACR"][0] + 50 * rate["ACR"][2], "ACR", -1),
        points(30, 100 * rate["UAMCC"][0], "UAMCC", -1),
        points(300, 100 * rate["DAH"][0], "DAH", -1),
        0.9,  # nobody was due for a follow-up: the middle
        0.6,  # the survey
    ]
    got = LeadQuality(rules, evidence).total(2027, sums, np.array([0.6]))
    assert got == pytest.approx([np.mean(expected)], abs=1e-12)


def test_the_score_is_what_the_acos_people_show():
    """With as many more readmissions in its own people, only its own score falls."""
    evidence = load_evidence()
    sums = np.zeros((2, N_CELLS, N_SUMS), np.int64)
    sums[:, 0, [Sum.STAYS, Sum.READMISSIONS]] = [1000, 180]
    before = LeadQuality(MADE.rulebook("lead"), evidence).total(2027, sums, np.full(2, 0.8))
    sums[0, 0, Sum.READMISSIONS] = 250
    after = LeadQuality(MADE.rulebook("lead"), evidence).total(2027, sums, np.full(2, 0.8))
    assert after[0] < before[0]
    assert after[1] == before[1]
    # Who else is there does not matter.
    alone = LeadQuality(MADE.rulebook("lead"), evidence).total(2027, sums[:1], np.full(1, 0.8))
    assert alone[0] == after[0]


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("ACR", -1),
        ("UAMCC", -1),
        ("DAH", -1),
        ("TFU", 1),
        ("glycemic_status", -1),
        ("blood_pressure", 1),
    ],
)
def test_which_way_a_measure_counts(name, better):
    """At the reference rate an ACO is in the middle; with fewer or more events it is above or below."""
    rules = {"quality.measures": [name], "quality.electronic_phase": "performance"}
    scores, way, evidence = (
        LeadQuality(load_rulebook("lead-py2027", rules), load_evidence()),
        COUNTED[name],
        load_evidence(),
    )
    usual = evidence.array(f"quality.rate.{name}")[0]
    exposed = 100_000
    events = round(usual * exposed / (12 if way.exposed == Sum.COMPLEX_MONTHS else 1))
    sums = np.zeros((3, N_CELLS, N_SUMS), np.int64)
    sums[:, Cell.AD_CLAIMS, way.exposed] = exposed
    sums[:, Cell.AD_CLAIMS, way.events] = [events, events * 4 // 5, events * 6 // 5]
    middle, fewer, more = scores.total(2027, sums, np.zeros(3))
    assert middle == pytest.approx(0.7 + 0.3 * 2 / 3, abs=2e-3)
    assert (fewer > middle > more) == (better < 0)
    assert (fewer < middle < more) == (better > 0)


def test_the_survey_may_be_all_there_is():
    rules = load_rulebook("lead-py2027", {"quality.measures": ["CAHPS"]})
    survey, sums = np.array([0.6, 0.9]), np.zeros((2, N_CELLS, N_SUMS), np.int64)
    assert LeadQuality(rules, load_evidence()).total(2027, sums, survey).tolist() == [0.6, 0.9]


def test_a_year_out_is_nothing_to_improve_on():
    """A score that falls keeps less than its whole, unless the ACO was not settled the year before."""
    rules = load_rulebook("lead-py2027", {"quality.measures": ["CAHPS"], "quality.improvement_gate": 0.5})
    quality, sums = LeadQuality(rules, load_evidence()), np.zeros((2, N_CELLS, N_SUMS), np.int64)
    first = quality.scored(2027, sums, np.array([0.6, 0.6]), np.array([True, False]))
    assert first.earning.tolist() == [0.6, 0.6]
    second = quality.scored(2028, sums, np.array([0.5, 0.5]), np.array([True, True]))
    assert second.total.tolist() == [0.5, 0.5]
    assert second.earning.tolist() == [0.25, 0.5]
    assert quality.scored(2030, sums, np.array([0.4, 0.4]), np.array([True, True])).earning.tolist() == [
        0.4,
        0.4,
    ]


def test_an_unrelated_aco_leaves_the_score_as_it_is():
    short = {"arms": ARMS, "last_py": 2028, "aco_market_share": "50 %"}
    alone, both = (simulate(scenario_of(*acos, **short), 0) for acos in (ACOS[:1], ACOS))
    for name in ("measured_quality", "quality_score"):
        np.testing.assert_allclose(alone[name][LEAD, 0], both[name][LEAD, 0], rtol=1e-12)


def test_reference_rates_are_those_of_the_simulated_nation():
    made = scenario_of(aco("one", 9_000), arms=NO_ACO, first_py=2027, last_py=2028, aco_market_share="50 %")
    # One ACO is no nation: all practices are alike.
    made = made.replace({f"evidence.quality.measure_spread.{name}": 0.001 for name in COUNTED})
    model = LeadModel(made, "no_aco", world=make_world(made, 0))
    while model.running:
        model.step()
    sums = sum(model.history[year].care.sum(axis=0) for year in (2027, 2028)).astype(float)
    for name, way in COUNTED.items():
        expected = (sums[:, way.exposed] / way.unit) @ np.tile(
            model.evidence.array(f"quality.rate.{name}"), 2
        )
        assert sums[:, way.events].sum() / expected == pytest.approx(1.0, abs=0.06), name


def test_electronic_measures_count_from_the_year_they_are_scored():
    measured = of_lead(changed(measures=["glycemic_status"]), "measured_quality")
    assert (measured[:, :4] == 1.0).all()  # nothing scored, then reported
    assert (measured[:, 4] < 1.0).any()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("measures", ["ACR"]),
        ("weight.TFU", 4.0),
        ("points", ["20 %", "70 %", "90 %"]),
        ("percentiles", ["0 %", "40 %", "60 %"]),
        ("electronic_phase", {"2027": "performance"}),
        ("electronic_measures", ["blood_pressure"]),
    ],
)
def test_a_rule_on_the_score_moves_the_settlement(key, value):
    out = changed(**{key: value})
    for name in ("measured_quality", "settlement"):
        assert (of_lead(out, name) != of_lead(unchanged(), name)).any()


def test_the_gate_takes_from_who_neither_improves_nor_keeps_quality_high():
    out = changed(improvement_gate="50 %", sustained="85 %", improvement="2 pp")
    measured, earned = of_lead(out, "measured_quality"), of_lead(out, "quality_score")
    before = np.column_stack([np.full(2, -np.inf), measured[:, :-1]])
    passed = (measured - before >= 0.02 - 1e-12) | (measured >= 0.85)
    np.testing.assert_allclose(earned, np.where(passed, measured, 0.5 * measured))
    assert passed[:, 0].all()
    assert not passed.all()
    assert (of_lead(out, "bridge_quality")[~passed] < of_lead(unchanged(), "bridge_quality")[~passed]).all()
    np.testing.assert_array_equal(measured, of_lead(unchanged(), "measured_quality"))


def test_without_a_plan_nothing_is_earned_back():
    none = changed(interventions=0)
    assert not of_lead(none, "quality_score").any()
    half = changed(interventions=0, plan_share="50 %")
    np.testing.assert_allclose(of_lead(half, "quality_score"), 0.5 * of_lead(half, "measured_quality"))
    for same in (
        changed(interventions=0, plan_share="0 %"),
        changed(interventions=0, plan_interventions=0),
    ):
        np.testing.assert_array_equal(of_lead(same, "settlement"), of_lead(unchanged(), "settlement"))
    later = of_lead(changed(interventions=0, plan_from_py=2029), "quality_score")
    assert later[:, :2].all()
    assert not later[:, 2:].any()


def test_the_pool_pays_high_performers_through_the_ledger():
    out = changed(pool_share="100 %", pool_score="80 %")
    paid, score = of_lead(out, "high_performers_pool"), of_lead(out, "quality_score")
    assert ((paid > 0) == (score >= 0.8)).all()
    assert (paid > 0).any()
    assert (paid == 0).any()
    assert not of_lead(unchanged(), "high_performers_pool").any()
    # Medicare pays it, the ACO has it; what of a gain is passed on follows.
    more = out["medicare_outlay"][LEAD] - unchanged()["medicare_outlay"][LEAD]
    np.testing.assert_array_equal(more, paid.sum(axis=0))
    cash = of_lead(out, "aco_cash_change") - of_lead(unchanged(), "aco_cash_change")
    passed_on = of_lead(out, "distributions") - of_lead(unchanged(), "distributions")
    np.testing.assert_array_equal(cash, paid - passed_on)
    # .03 x (1 - .79) of the benchmark is unearned by the program, and shared by its scores of .8 and more.
    above = stats.norm.sf((0.8 - 0.79) / 0.21)
    claims = 0.79 * above + 0.21 * stats.norm.pdf((0.8 - 0.79) / 0.21)
    expected = 0.03 * 0.21 / claims * score * of_lead(out, "benchmark")
    np.testing.assert_allclose(paid[paid > 0], expected[paid > 0], atol=1.0)


def test_a_pool_of_the_arms_acos_is_paid_what_they_fill_it_with():
    out = changed(pool_share="60 %", pool_score="80 %", pool_funding="arm")
    paid, funded, score = (
        of_lead(out, name) for name in ("high_performers_pool", "pool_funded", "quality_score")
    )
    unearned = -of_lead(out, "bridge_quality")
    for year in range(5):
        high = score[:, year] >= 0.8
        assert paid[:, year].sum() == funded[:, year].sum()
        if high.any():
            np.testing.assert_array_equal(funded[:, year], np.rint(0.6 * unearned[:, year]))
            claims = np.where(high, score[:, year] * of_lead(out, "benchmark")[:, year], 0.0)
            np.testing.assert_allclose(paid[:, year], funded[:, year].sum() * claims / claims.sum(), atol=1.0)
    assert paid.any()
    assert not out["pool_of_others"][LEAD].any()
    # Filled by the whole program, the same scores are paid otherwise.
    whole = changed(pool_share="60 %", pool_score="80 %")
    np.testing.assert_array_equal(of_lead(whole, "quality_score"), score)
    assert (of_lead(whole, "high_performers_pool") != paid).any()
    np.testing.assert_array_equal(
        whole["pool_of_others"][LEAD],
        (whole["high_performers_pool"][LEAD] - whole["pool_funded"][LEAD]).sum(axis=0),
    )


def test_who_leaves_fills_the_pool_and_has_none_of_it():
    """Of 300, 200 and 100 cents unearned; the second ACO leaves, the third is no high performer."""
    rules = {"quality.pool_funding": "arm", "quality.pool_share": 0.5, "quality.pool_score": 0.8}
    quality = LeadQuality(load_rulebook("lead-py2027", rules), load_evidence())
    score, active = np.array([0.9, 0.9, 0.7, 0.9]), np.array([True, True, True, False])
    settled = {
        "bridge_quality": np.array([-300, -200, -100, -1000]),
        "quality_withhold": np.full(4, 5000),
        "benchmark": np.full(4, 100_000),
    }
    scored = Scored(score, active, score, None)
    found = quality.money(2027, scored, settled, active, np.array([13, 5, 13, 13]))
    assert found["pool_funded"].tolist() == [150, 100, 50, 0]
    assert found["high_performers_pool"].tolist() == [300, 0, 0, 0]
    assert found["quality_earned"][:3].tolist() == [4700, 4800, 4900]


def test_a_pool_that_nobody_reaches_stays_with_medicare():
    out = changed(pool_share="100 %", pool_score="100 %", pool_funding="arm", points=["0 %", "50 %", "90 %"])
    assert not of_lead(out, "high_performers_pool").any()
    assert not of_lead(out, "pool_funded").any()
    np.testing.assert_array_equal(
        out["medicare_outlay"][LEAD], changed(points=["0 %", "50 %", "90 %"])["medicare_outlay"][LEAD]
    )


@pytest.mark.parametrize("combined", ["product", "sum"])
def test_the_withhold_is_earned_back_to_the_cent(combined):
    out = changed(combined=combined)
    withheld, earned, score = (
        of_lead(out, name) for name in ("quality_withhold", "quality_earned", "quality_score")
    )
    np.testing.assert_array_equal(withheld - earned, -of_lead(out, "bridge_quality"))
    np.testing.assert_allclose(earned, score * withheld, atol=2.0)
    before = of_lead(out, "benchmark_before_discount")
    discounted = before + of_lead(out, "bridge_discount")
    np.testing.assert_allclose(withheld, 0.03 * (discounted if combined == "product" else before), atol=2.0)


def test_measures_add_up_to_the_score():
    out = unchanged()
    points, weight = out["quality_points"][LEAD], out["quality_weight"][LEAD]
    np.testing.assert_allclose(weight.sum(axis=-1), 1.0)
    np.testing.assert_allclose((points * weight).sum(axis=-1), out["measured_quality"][LEAD], rtol=1e-12)
    electronic = [MEASURES.index(name) for name in ("glycemic_status", "blood_pressure")]
    assert not weight[:, :2, electronic].any()
    assert (points[:, 2:4, electronic] == 1.0).all()
    assert (points[:, 4, electronic] < 1.0).any()
    rank = out["quality_rank"][LEAD]
    assert np.isnan(rank[..., MEASURES.index("CAHPS")]).all()
    known = np.delete(rank, MEASURES.index("CAHPS"), axis=-1)
    np.testing.assert_allclose(
        np.delete(points, MEASURES.index("CAHPS"), axis=-1)[:, 4],
        np.interp(known[:, 4], [0, 0.3, 0.6], [0, 0.7, 1]),
    )
    assert (out["quality_improves"][LEAD] == 1)[:, 0].all()


def test_the_score_hardly_depends_on_the_share_of_the_market():
    """The same ACO in a market half as large: its practices are the same, chance among its people is not."""
    few, many = (
        simulate(scenario_of(aco("one", 3_000), arms=ARMS, last_py=2028, aco_market_share=share), 0)
        for share in ("25 %", "50 %")
    )
    for place, name in enumerate(MEASURES):
        mine, theirs = (out["quality_rate"][LEAD, 0, :, place].mean() for out in (few, many))
        assert mine == pytest.approx(theirs, rel=0.12), name


def measured_in_history(acos=40, lives=3_000):
    """Return rates of the base years by ACO (years, acos, measures), and scores (years, acos)."""
    made = scenario_of(
        *(aco(f"aco-{place}", lives) for place in range(acos)), arms=NO_ACO, aco_market_share="50 %"
    )
    world = make_world(made, 0)
    providers = world.providers
    lists = Participants(providers.aco, providers.market, providers.aco_market(acos))
    quality = LeadQuality(MADE.rulebook("lead"), world.evidence)
    survey = normals(world.key, np.arange(acos), 7, Decision.ACO_TRAITS)[:, 0]
    survey = np.clip(0.8 + 0.12 * survey, 0.0, 1.0)
    seen = [
        quality.scored(2027, lists.observe(world.history, year).aco, survey, np.ones(acos, bool))
        for year in world.base_years
    ]
    return np.stack([one.measured.rate for one in seen]), np.stack([one.total for one in seen])


def test_levels_and_spreads_are_those_published():
    """Level and spread over ACOs of each measure, and of the score that ACO REACH's had in PY2023."""
    rates, scores = measured_in_history()
    level, spread = rates.mean(axis=(0, 1)), rates.mean(axis=0).std(axis=0)
    published = {  # level and its tolerance, spread relative to the level and its tolerance
        "ACR": (0.154, 0.20, 0.04, 0.5),
        "UAMCC": (0.34, 0.20, 0.12, 0.3),
        "TFU": (0.68, 0.05, 0.088, 0.3),
        "glycemic_status": (0.24, 0.15, 0.33, 0.3),
        "blood_pressure": (0.69, 0.05, 0.115, 0.3),
    }
    for name, (usual, near, relative, within) in published.items():
        place = MEASURES.index(name)
        assert level[place] == pytest.approx(usual, rel=near), name
        assert spread[place] / level[place] == pytest.approx(relative, rel=within), name
    days = MEASURES.index("DAH")
    assert spread[days] / level[days] == pytest.approx(0.12, rel=0.4)
    assert scores.mean() == pytest.approx(0.79, abs=0.06)
    assert scores.std() == pytest.approx(0.19, abs=0.05)
