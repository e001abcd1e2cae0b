"""The bridge adds up to the cent, in every program, and its parts are what the rules make of a year."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tomlkit
from little_world import NO_EFFECT, results
from program_arms import lived

from sim.inputs.lead_terms import lead_terms
from sim.kernels.codes import Sum
from sim.policy.lead import historical_baseline
from sim.replicate import Replicate
from sim.scenarios import Scenario
from sim.settlement.bridge import PARTS, bridge_parts, with_prices

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.toml"
NONE = np.iinfo(np.int64).min


@pytest.mark.parametrize("arm", ["lead_global", "lead_professional", "stay", "move", "mixed"])
def test_parts_add_up_to_the_cent_in_every_program(arm):
    out = lived().models[arm].outcomes
    settled = out["gross_savings"] != NONE
    assert settled.sum() > 15
    parts = sum(out[f"bridge_{name}"][settled] for name in ("prices", *PARTS))
    true = out["true_savings"].sum(axis=1)[settled]
    assert (true + parts).tolist() == out["gross_savings"][settled].tolist()
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


def test_without_an_effect_nothing_is_truly_saved():
    out = results(*NO_EFFECT)
    assert not out["true_savings"].any()
    settled = out["gross_savings"][1:] != NONE
    assert (out["bridge_prices"][1:][settled] != 0).all()


def test_what_a_program_does_not_tell_apart_is_in_the_prices():
    gross, saved = np.array([500, -200]), np.array([120, 0])
    whole = with_prices({"gross_savings": gross}, saved)
    assert whole["bridge_prices"].tolist() == [380, -200]
    assert all(whole[f"bridge_{name}"].tolist() == [0, 0] for name in PARTS)


def test_each_part_is_the_difference_of_two_levels_in_cents():
    found = bridge_parts(np.array([[10.004, 11.0, 11.0, 9.5, 9.0, 9.006]]))
    assert [int(found[f"bridge_{name}"][0]) for name in PARTS if name != "cara"] == [100, 0, -150, -50, 1]


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
