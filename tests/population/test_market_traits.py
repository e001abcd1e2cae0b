"""Markets differ as counties do, around the nation: mix, risk and spending by enrollment type."""

from dataclasses import replace

import numpy as np
import pytest

from sim.calibration.nation import live, make_nation, nation_plans
from sim.inputs.evidence import load_evidence
from sim.inputs.lead_criteria import criteria_of
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import N_KINDS, Kind
from sim.kernels.draws import make_key
from sim.population.build import build_world
from sim.population.market_traits import explained, high_needs_share, market_traits
from sim.population.practices import market_people

EVIDENCE = load_evidence()
MANY = 4_000
RURAL = np.arange(MANY) % 100 < 21


def plans_of(markets, rural=()):
    plans = nation_plans(1_000 * markets, markets, EVIDENCE)
    return tuple(replace(plan, rural=bool(m in rural)) for m, plan in enumerate(plans))


def traits_of(plans, evidence=EVIDENCE, replicate=0):
    return market_traits(plans, [[a] for a in range(len(plans))], evidence, make_key(11, replicate))


@pytest.fixture(scope="module")
def many():
    """Four thousand markets, of which 21 % are rural as 21 % of people are."""
    return traits_of(plans_of(MANY, set(np.flatnonzero(RURAL).tolist())))


def test_markets_spread_as_counties_do(many):
    """4,000 draws leave 1.1 % of error on a spread."""
    area = np.where(RURAL, 0.85, 1.0)[:, None] / (1.0 - 0.21 + 0.21 * 0.85)
    risk = many.risk / area
    np.testing.assert_allclose(risk.std(axis=0), [0.072, 0.13, 0.13, 0.085], rtol=0.05)
    urban = many.level[~RURAL]
    np.testing.assert_allclose(np.log(urban).std(axis=0), [0.08, 0.16, 0.18, 0.09], rtol=0.05)
    ratio = many.mix / many.mix[:, [Kind.AGED_NON_DUAL]]
    assert (many.mix > 0.0).all()
    np.testing.assert_allclose(many.mix.sum(axis=1), 1.0)
    np.testing.assert_allclose(np.log(many.mix[:, :3]).std(axis=0), [0.49, 0.36, 0.58], rtol=0.05)
    assert np.corrcoef(np.log(ratio[:, :3]).T)[0, 1] > 0.3


def test_kinds_of_a_market_go_together_as_far_as_stated(many):
    for values, common in ((np.log(many.risk[RURAL]), 0.65), (np.log(many.level[RURAL]), 0.7)):
        between = np.corrcoef(values.T)[np.triu_indices(N_KINDS, 1)]
        np.testing.assert_allclose(between, common**2, atol=0.1)


def test_the_nation_stays_where_it_is(many):
    """Over many markets mix, risk and spending have the nation's means, within sampling error."""
    error = 3.5 / np.sqrt(MANY)
    np.testing.assert_allclose(many.risk.mean(axis=0), 1.0, atol=0.13 * error)
    spend = many.level * explained(many.risk, EVIDENCE)
    np.testing.assert_allclose(spend.mean(axis=0), 1.0, atol=0.25 * error)
    national = EVIDENCE.array("demography.mix")
    np.testing.assert_allclose(many.mix.mean(axis=0), national, rtol=0.65 * error)


def test_rural_markets_spend_and_score_less_as_published():
    """The same draws for a market whether rural or not: the ratios are exact."""
    rural, urban = traits_of(plans_of(5, range(5))), traits_of(plans_of(5))
    np.testing.assert_allclose(rural.risk / urban.risk, 0.85)
    np.testing.assert_array_equal(rural.mix, urban.mix)
    spend = [traits.level * explained(traits.risk, EVIDENCE) for traits in (rural, urban)]
    np.testing.assert_allclose(spend[0] / spend[1], EVIDENCE.number("care.rural_level"))


def test_a_markets_draw_is_its_own():
    few, more = traits_of(plans_of(4)), traits_of(plans_of(7, {5}))
    for name in ("mix", "risk", "level"):
        np.testing.assert_array_equal(getattr(few, name), getattr(more, name)[:4])
        np.testing.assert_array_equal(getattr(few, name), getattr(traits_of(plans_of(4)), name))
        other = getattr(traits_of(plans_of(4), replicate=1), name)
        assert (other != getattr(few, name)).all()


def test_another_market_leaves_the_people_of_the_others_as_they_are():
    criteria = criteria_of(load_rulebook("lead-py2027"), 2027)
    worlds = [
        build_world(plans_of(markets), EVIDENCE, criteria, range(2027, 2028), 0.5, 3, 0) for markets in (2, 3)
    ]
    few, more = worlds
    for name, column in few.people._asdict().items():
        np.testing.assert_array_equal(column, getattr(more.people, name)[: few.n_people], err_msg=name)


def test_what_an_aco_states_stands():
    plans = plans_of(2)
    mix, risk, spend = (0.02, 0.18, 0.2, 0.6), (1.1, 0.9, 1.2, 0.8), (1.3, 0.7, 1.0, 1.1)
    stated = traits_of((replace(plans[0], mix=mix, risk=risk, spend=spend), plans[1]))
    drawn = traits_of(plans)
    np.testing.assert_allclose(stated.mix[0], mix)
    np.testing.assert_allclose(stated.risk[0], risk)
    np.testing.assert_allclose(stated.level[0] * explained(stated.risk[0], EVIDENCE), spend)
    np.testing.assert_array_equal(stated.level[1], drawn.level[1])
    # In a market of two ACOs the one that states nothing stands for the draw.
    two = (replace(plans[0], risk=risk), replace(plans[1], market=plans[0].market))
    shared = market_traits(two, [[0, 1]], EVIDENCE, make_key(11, 0))
    np.testing.assert_allclose(shared.risk[0], (np.array(risk) + drawn.risk[0]) / 2.0)


def test_sicker_markets_have_more_high_needs_people(many):
    share = high_needs_share(many, EVIDENCE)
    assert share.mean() == pytest.approx(EVIDENCE.number("care.high_needs"), rel=0.06)
    assert np.corrcoef(share, (many.mix * many.risk).sum(axis=1))[0, 1] > 0.95


def test_synthetic_people_have_the_risk_and_spending_drawn_for_their_market():
    """Thirty markets of 6,000: noise of 1.3 % on scores and 3 % on spending, spreads of 9 % and 14 %."""
    years = range(2027, 2028)
    world = make_nation(EVIDENCE, 180_000, 30, 5, years, 1)
    traits = market_traits(world.plans, [[a] for a in range(30)], EVIDENCE, world.key)
    lived = live(world, 2027, 1)
    aged = lived.kind == Kind.AGED_NON_DUAL
    months, risk, spend = (
        np.bincount(lived.market[aged], values[aged], 30)
        for values in (lived.months.astype(float), lived.risk * lived.months, lived.spend)
    )
    drawn = traits.risk[:, Kind.AGED_NON_DUAL]
    assert np.corrcoef(risk / months, drawn)[0, 1] > 0.95
    assert np.polyfit(np.log(drawn), np.log(risk / months), 1)[0] == pytest.approx(1.0, abs=0.15)
    now = (
        world.trend.at(2027)[:, Kind.AGED_NON_DUAL] * explained(traits.risk, EVIDENCE)[:, Kind.AGED_NON_DUAL]
    )
    assert np.corrcoef(spend / months, now)[0, 1] > 0.9
    assert np.polyfit(np.log(now), np.log(spend / months), 1)[0] == pytest.approx(1.0, abs=0.2)


def test_what_an_aco_states_of_a_kind_holds_and_the_rest_is_drawn():
    plans, nan = plans_of(3), np.nan
    own = replace(plans[1], mix=(nan, 0.2, nan, nan), spend=(nan, nan, 1.2, nan), risk=(nan, 1.1, nan, nan))
    drawn, stated = traits_of(plans), traits_of((plans[0], own, plans[2]))
    for name in ("mix", "risk", "level"):
        np.testing.assert_array_equal(getattr(stated, name)[[0, 2]], getattr(drawn, name)[[0, 2]])
    others = [Kind.ESRD, Kind.AGED_DUAL, Kind.AGED_NON_DUAL]
    assert stated.mix[1, Kind.DISABLED] == 0.2
    left = drawn.mix[1, others]
    np.testing.assert_allclose(stated.mix[1, others], 0.8 * left / left.sum())
    assert stated.risk[1, Kind.DISABLED] == 1.1
    np.testing.assert_array_equal(stated.risk[1, others], drawn.risk[1, others])
    spent = stated.level * explained(stated.risk, EVIDENCE)
    assert spent[1, Kind.AGED_DUAL] == pytest.approx(1.2)
    np.testing.assert_allclose(stated.level[1, [0, 3]], drawn.level[1, [0, 3]])


def test_a_stated_mix_may_leave_nothing_to_the_rest():
    plans, nan = plans_of(1), np.nan
    mix = traits_of((replace(plans[0], mix=(nan, nan, nan, 1.0)),)).mix
    np.testing.assert_array_equal(mix, [[0.0, 0.0, 0.0, 1.0]])


def test_a_region_is_as_large_as_its_acos_shares_say():
    first, second = (
        replace(plan, lives=lives) for plan, lives in zip(plans_of(2), (3_000, 1_000), strict=True)
    )
    assignable, share = EVIDENCE.number("care.assignable"), 0.15

    def people(*acos):
        return market_people(list(acos), share, EVIDENCE, 0.5) * assignable

    assert people(first, second) == pytest.approx(4_000 / 0.5)
    own = [replace(first, market_share=0.3), replace(second, market_share=0.1)]
    assert people(*own) == pytest.approx(4_000 / 0.4)
    assert people(own[0], second) == pytest.approx(3_000 / 0.3)
    # Whoever states nothing fits in.
    assert people(replace(first, market_share=0.9), second) == pytest.approx(4_000)
