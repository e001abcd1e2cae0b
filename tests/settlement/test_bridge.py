"""The bridge adds up to the cent, in every program, and its parts are what the rules make of a year."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tomlkit
from little_world import NO_EFFECT, results
from program_arms import REACH_YEARS, lived, lived_in_reach

from sim.inputs.lead_terms import lead_terms
from sim.kernels.codes import Kind, Sum
from sim.outcomes.bridge import STEPS as SHOWN
from sim.policy.lead import historical_baseline
from sim.replicate import Replicate
from sim.scenarios import Scenario
from sim.settlement.bridge import PARTS, RULES, SHARING, bridge_parts, whole_bridge

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.toml"
NONE = np.iinfo(np.int64).min


LIVED = {
    **dict.fromkeys(("lead_global", "lead_professional", "stay", "move", "mixed"), lived),
    **dict.fromkeys(("reach", "no_discount", "reach_or_mssp"), lived_in_reach),
}


@pytest.mark.parametrize("arm", LIVED)
def test_parts_add_up_to_the_cent_in_every_program(arm):
    out = LIVED[arm]().models[arm].outcomes
    settled = out["gross_savings"] != NONE
    assert settled.sum() > (15 if LIVED[arm] is lived else 5)
    parts = sum(out[f"bridge_{name}"][settled] for name in ("prices", *PARTS))
    true = out["true_savings"].sum(axis=1)[settled]
    assert (true + parts).tolist() == out["gross_savings"][settled].tolist()
    shares = sum(out[f"bridge_{name}"][settled] for name in SHARING)
    assert (out["gross_savings"][settled] + shares).tolist() == out["shared_savings"][settled].tolist()
    assert all((out[f"bridge_{name}"][~settled] == NONE).all() for name in ("prices", *PARTS, *SHARING))
    cash = (
        out["gross_savings"]
        + (out["shared_savings"] - out["gross_savings"])
        - out["sequestration"]
        + out["admin_add_on"]
        + out["high_performers_pool"]
        - out["care_management_cost"]
        - out["distributions"]
    )
    assert cash[settled].tolist() == out["aco_cash_change"][settled].tolist()


@pytest.mark.parametrize("arm", LIVED)
def test_the_line_that_is_shown_adds_up_to_each_of_its_levels(arm):
    out = LIVED[arm]().models[arm].outcomes
    settled = out["gross_savings"] != NONE

    def cents(names):
        values = [out[name].sum(axis=1) if out[name].ndim == 3 else out[name] for name in names]
        return sum(value[settled] for value in values)

    reached, levels = 0, 0
    for step in SHOWN:
        if step.level:
            assert (reached == cents(step.plus)).all(), step.label
            levels += 1
        else:
            reached = reached + cents(step.plus) - cents(step.minus)
    assert levels == 2


def test_without_an_effect_nothing_is_truly_saved():
    out = results(*NO_EFFECT)
    assert not out["true_savings"].any()
    settled = out["gross_savings"][1:] != NONE
    assert (out["bridge_prices"][1:][settled] != 0).all()


# Program: 1 LEAD, 2 Shared Savings Program, 3 ACO REACH; the rules that it does not have.
LACKING = {
    1: ("minimum_rate", "sharing_quality", "limits"),
    2: ("rate_book", "discount", "quality"),
    3: ("minimum_rate", "sharing_quality", "limits"),
}


@pytest.mark.parametrize("arm", LIVED)
def test_a_part_that_a_program_does_not_have_is_none(arm):
    out = LIVED[arm]().models[arm].outcomes
    programs = [one for one in LACKING if (out["program"] == one).any()]
    assert len(programs) == (2 if arm in ("move", "reach_or_mssp") else 1)
    for program in programs:
        its = out["program"] == program
        lacking = LACKING[program]
        assert not any(out[f"bridge_{name}"][its].any() for name in lacking)
        # An adjustment and a corridor may take nothing in some ACO-years; scores are always coded.
        assert all(out[f"bridge_{name}"][its].all() for name in ("prices", "caps"))


def test_what_no_rule_makes_is_in_the_prices_and_the_corridors_are_the_sharing():
    gross, saved = np.array([500, -200]), np.array([120, 0])
    settled = {"gross_savings": gross, "shared_savings": np.array([250, -190])}
    whole = whole_bridge(settled, saved)
    assert whole["bridge_prices"].tolist() == [380, -200]
    assert whole["bridge_sharing"].tolist() == [-250, 10]
    rest = [name for name in (*PARTS, *SHARING) if name != "sharing"]
    assert all(whole[f"bridge_{name}"].tolist() == [0, 0] for name in rest)
    told = {"bridge_caps": np.array([30, 0]), "bridge_limits": np.array([-7, 0])}
    whole = whole_bridge({**settled, **told}, saved)
    assert whole["bridge_prices"].tolist() == [350, -200]
    assert whole["bridge_sharing"].tolist() == [-243, 10]


def test_each_part_is_the_difference_of_two_levels_in_cents():
    found = bridge_parts(np.array([[10.004, 11.0, 11.0, 9.5, 9.0, 9.006]]))
    assert [int(found[f"bridge_{name}"][0]) for name in RULES] == [100, 0, -150, -50, 1]


@cache
def quickstart(last_py):
    """Return quickstart's Global arm, lived up to a year."""
    stated = tomllib.loads(QUICKSTART.read_text())
    arms = {name: stated["arms"][name] for name in ("no_aco", "lead_global")}
    made = Replicate(Scenario.from_toml(tomlkit.dumps({**stated, "arms": arms})), 0, threads=2)
    for _ in range(2027, last_py + 1):
        made.step()
    return made


@pytest.mark.parametrize("aco", [0, 1])
@pytest.mark.parametrize("py", [2028, 2034])
@pytest.mark.parametrize("world", [lived, quickstart], ids=["little", "quickstart"])
def test_an_aco_year_by_hand(world, aco, py):
    """Every part again in plain Python, cell by cell, from history, growth and risk scores."""
    model = world(py).models["lead_global"]
    out, t = model.outcomes, py - 2027
    terms, lead = lead_terms(model.rulebook, py, "global"), model.settlement.programs["lead"]
    participants = model.participants()
    gathered = lead.benchmark(model.history, participants, 2027)
    base = historical_baseline(gathered.with_volunteers(participants.volunteers), terms)
    seen = participants.observe(model.history, py)
    before, counted = participants.observe(model.history, 2026), lead.counted(py)
    levels = dict.fromkeys(("prices", "adjustment", "rate_book", "caps"), 0.0)
    for cell in range(6):
        months = float(seen.months[aco, cell])
        if not months:
            continue
        nation = float(seen.national_pbpm[cell]) * counted
        region = float(seen.region_pbpm[aco, cell]) * counted
        region /= float(seen.region_risk[aco, cell] / seen.national_risk[cell])
        share = float(seen.market_share[aco, cell])
        growth = share * nation / float(base.national_pbpm[cell])
        growth += (1.0 - share) * region / float(base.region_pbpm[aco, cell])
        ahead = float(lead.prospective_factor(2026, py)[cell])
        ahead = min(max(ahead, growth - terms.guard_below), growth + terms.guard_above)
        trend = terms.two_way_weight * growth + (1.0 - terms.two_way_weight) * ahead
        reference = float(base.reference_risk[aco, cell])
        change = float(seen.risk[aco, cell] / seen.national_risk[cell]) / reference
        cap = float(terms.risk_cap[cell % 3]) if base.has_history[aco, cell] else 1e9
        held = min(max(change, 1.0 - cap), 1.0 + cap) * terms.coding_intensity_factor
        # Coded over true risk, against that of the claims cell's people in BY3.
        now, then = seen.aco[aco, cell], before.aco[aco, cell % 3]
        coded = now[Sum.CODED_RISK] / now[Sum.TRUE_RISK] / (then[Sum.CODED_RISK] / then[Sum.TRUE_RISK])
        true = change / float(coded)
        history = float(base.history_pbpm[aco, cell]) * trend
        adjusted = history + float(base.adjustment_pbpm[aco, cell]) * trend
        rate = float(gathered.cost_index[aco, cell]) * nation * reference
        weight = terms.rate_book_share
        levels["prices"] += history * true * months
        levels["adjustment"] += adjusted * true * months
        levels["rate_book"] += ((1.0 - weight) * adjusted + weight * rate) * true * months
        levels["caps"] += ((1.0 - weight) * adjusted + weight * rate) * held * months
    discount = terms.discount_higher if base.higher_spending[aco] else terms.discount_lower
    levels["discount"] = levels["caps"] * (1.0 - discount)
    quality = float(out["quality_score"][aco, t])
    levels["quality"] = levels["discount"] * (1.0 - terms.quality_withhold * (1.0 - quality))
    names = list(levels)
    for before, name in pairwise(names):
        part = round(100.0 * levels[name]) - round(100.0 * levels[before])
        assert int(out[f"bridge_{name}"][aco, t]) == pytest.approx(part, abs=1)
    spent = seen.aco[aco, :, Sum.SPEND]
    would_cost = np.rint(spent * counted).sum() + (seen.aco[aco, :, Sum.REFERENCE] - spent).sum()
    prices = round(100.0 * levels["prices"]) - int(would_cost)
    assert int(out["bridge_prices"][aco, t]) == pytest.approx(prices, abs=1)


CELLS, CLAIMS_CELLS = range(6), 3
REACH_ACOS = {"standard": 0, "new_entrant": 1, "high_needs": 2}
OPTIONS = {"standard": "global", "new_entrant": "professional", "high_needs": "global"}


def trended_since(trend, by3, year, cell):
    """Return growth as CMS projects it."""
    esrd = cell % CLAIMS_CELLS == 1
    growth = math.exp(trend.kind_offset[Kind.ESRD if esrd else Kind.AGED_NON_DUAL] * (year - by3))
    for one in range(by3 + 1, year + 1):
        growth *= 1.0 + trend.expected_growth[one]
    return growth


def corrected(miss, rules):
    """Return what of a missed trend the benchmark is corrected by."""
    if abs(miss) <= rules.number("trend.retrospective_threshold"):
        return 0.0
    edges = [*rules.array("trend.retrospective_edges").tolist(), math.inf]
    shares = rules.array("trend.retrospective_shares").tolist()
    size = sum(
        share * max(0.0, min(abs(miss), high) - low)
        for low, high, share in zip(edges, edges[1:], shares, strict=False)
    )
    return math.copysign(size, miss)


@pytest.mark.parametrize("kind", REACH_ACOS)
@pytest.mark.parametrize("year", REACH_YEARS)
def test_a_year_of_aco_reach_by_hand(kind, year):
    """Every part in plain Python, cell by cell, from history, rates and risk scores."""
    model, aco, option = lived_in_reach().models["reach"], REACH_ACOS[kind], OPTIONS[kind]
    out, t, participants = model.outcomes, year - REACH_YEARS[0], model.participants()
    rules = model.scenario.rulebook("reach", f"reach-py{year}")
    base = [participants.observe(model.history, one) for one in (2017, 2018, 2019)]
    seen, by3 = participants.observe(model.history, year), base[-1]
    weight = rules.number(f"benchmark.history_share.{kind}")
    levels = dict.fromkeys(("prices", "adjustment", "rate_book", "caps"), 0.0)
    for cell in CELLS:
        months = float(seen.months[aco, cell])
        if not months:
            continue
        nation = [float(one.national_pbpm[cell]) for one in base]
        scores = [float(one.risk[aco, cell] / one.national_risk[cell]) for one in base]
        lived_in = [one for one in range(3) if base[one].months[aco, cell] > 0.0]
        costs = [
            float(one.region_pbpm[aco, cell] / (one.region_risk[aco, cell] / one.national_risk[cell]))
            for one in base
        ]
        rate = sum(cost / whole for cost, whole in zip(costs, nation, strict=True)) / 3.0 * nation[-1]
        growth = trended_since(model.world.trend, 2019, year, cell)
        growth *= 1.0 + corrected(float(seen.national_pbpm[cell]) / nation[-1] / growth - 1.0, rules)
        now, then = seen.aco[aco, cell], by3.aco[aco, cell % CLAIMS_CELLS]
        coded = now[Sum.CODED_RISK] / now[Sum.TRUE_RISK] / (then[Sum.CODED_RISK] / then[Sum.TRUE_RISK])
        score = float(seen.risk[aco, cell] / seen.national_risk[cell])
        own = adjusted = alone = rate
        held = score
        if lived_in:
            shares = rules.array("benchmark.base_year_weights").tolist()
            counted = sum(shares[one] for one in lived_in)
            own = sum(
                shares[one]
                / counted
                * float(base[one].pbpm[aco, cell])
                * nation[-1]
                / nation[one]
                / scores[one]
                for one in lived_in
            )
            room = [rules.number(f"benchmark.regional_effect_{side}") * nation[-1] for side in ("down", "up")]
            change = min(max((1.0 - weight) * (rate - own), -room[0]), room[1])
            adjusted = own + change if weight else own
            alone = adjusted if weight else rate
            cap = rules.number("risk.cap_high_needs" if cell % CLAIMS_CELLS == 2 else "risk.cap")
            reference = scores[lived_in[-1]]
            held = reference * min(max(score / reference, 1.0 - cap), 1.0 + cap)
        true = score / float(coded)
        levels["prices"] += own * true * growth * months
        levels["adjustment"] += adjusted * true * growth * months
        levels["rate_book"] += alone * true * growth * months
        levels["caps"] += alone * held * growth * months
    discount = rules.number(f"discount.{option}")
    withheld = rules.number("quality.withhold") * (1.0 - float(out["quality_score"][aco, t]))
    levels["discount"] = levels["caps"] * (1.0 - discount)
    levels["quality"] = levels["caps"] * (1.0 - discount - withheld)
    names = list(levels)
    for before, name in pairwise(names):
        part = round(100.0 * levels[name]) - round(100.0 * levels[before])
        assert int(out[f"bridge_{name}"][aco, t]) == pytest.approx(part, abs=1), name
    would_cost = int(seen.aco[aco, :, Sum.REFERENCE].sum())
    prices = round(100.0 * levels["prices"]) - would_cost
    assert int(out["bridge_prices"][aco, t]) == pytest.approx(prices, abs=1)
    # Until PY2024 the last two kinds have the rate book alone, from PY2025 the blend as all do.
    by_rates = (
        ("rate_book", "adjustment") if year == 2024 and kind != "standard" else ("adjustment", "rate_book")
    )
    assert out[f"bridge_{by_rates[0]}"][aco, t] != 0
    assert out[f"bridge_{by_rates[1]}"][aco, t] == 0
    corridors = out["shared_savings"][aco, t] - out["gross_savings"][aco, t]
    assert out["bridge_sharing"][aco, t] == corridors
