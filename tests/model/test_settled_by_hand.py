"""One ACO settled by hand from what the model put out, and Global against Professional on the same gross."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import NO_ATTESTING, NO_CODING, NO_EFFECT, results, scenario, world
from scipy import stats

from sim.inputs.lead_terms import lead_terms
from sim.kernels.codes import Sum
from sim.model import LeadModel
from sim.policy.lead import historical_baseline
from sim.population.experience import observe
from sim.settlement.lead import Lead

PLAIN = (*NO_EFFECT, *NO_CODING, *NO_ATTESTING)
GLOBAL, PROFESSIONAL = 1, 2
CENT = 1.0


def bands(rulebook, option, py, gross, benchmark):
    """Return the shared amount by adding up the corridors one by one."""
    edges = [*rulebook.array(f"corridors.{option}.edges", py).tolist(), float("inf")]
    side = "savings" if gross >= 0 else "losses"
    shares = rulebook.array(f"corridors.{option}.{side}", py)
    size, kept = abs(gross), 0.0
    for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True):
        kept += share * max(0.0, min(size, high * benchmark) - low * benchmark)
    return kept if gross >= 0 else -kept


@pytest.mark.parametrize(("arm", "option"), [(GLOBAL, "global"), (PROFESSIONAL, "professional")])
@pytest.mark.parametrize("changes", [(), PLAIN], ids=["as is", "without effect"])
def test_corridors_and_sequestration(changes, arm, option):
    out = results(*changes)
    rulebook = scenario(*changes).rulebook(("no_aco", "lead_global", "lead_professional")[arm])
    for t, py in enumerate(range(2027, 2037)):
        for aco in range(3):
            gross = float(out["gross_savings"][arm, aco, t])
            benchmark = float(out["benchmark"][arm, aco, t])
            shared = bands(rulebook, option, py, gross, benchmark)
            assert out["shared_savings"][arm, aco, t] == pytest.approx(shared, abs=2 * CENT)
            if rulebook.word("sequestration.base", py) == "shared":
                taken = rulebook.number("sequestration.rate", py) * abs(shared)
                assert out["sequestration"][arm, aco, t] == pytest.approx(taken, abs=2 * CENT)


@pytest.mark.parametrize("changes", [(), PLAIN], ids=["as is", "without effect"])
def test_discount_and_quality_lead_from_one_benchmark_to_the_other(changes):
    out = results(*changes)
    for arm, name in ((GLOBAL, "lead_global"), (PROFESSIONAL, "lead_professional")):
        rulebook = scenario(*changes).rulebook(name)
        for t, py in enumerate(range(2027, 2037)):
            withhold = rulebook.number("quality.withhold", py)
            for aco in range(3):
                key = "professional" if arm == PROFESSIONAL else "lower_spending"
                if arm == GLOBAL and out["higher_spending"][arm, aco, t]:
                    key = "higher_spending"
                quality = out["quality_score"][arm, aco, t]
                factor = (1.0 - rulebook.number(f"discount.{key}", py)) * (
                    1.0 - withhold + withhold * quality
                )
                before = out["benchmark_before_discount"][arm, aco, t]
                assert out["benchmark"][arm, aco, t] == pytest.approx(factor * before, abs=2 * CENT)


def test_add_on_for_higher_spending_acos_only():
    out = results()
    rulebook = scenario().rulebook("lead_global")
    rate = np.array([rulebook.number("add_on.rate", py) for py in range(2027, 2037)])
    expected = out["higher_spending"] * rate * out["benchmark_before_discount"]
    outside = rulebook.word("add_on.place", 2027) != "inside"
    np.testing.assert_allclose(out["admin_add_on"][1:], outside * expected[1:], atol=2 * CENT)


def test_a_cell_by_hand():
    """The historical benchmark: base years at risk 1, trended to BY3, weighted, at the ACO's risk of BY3."""
    made = world(*PLAIN)
    rulebook = scenario(*PLAIN).rulebook("lead_global")
    aco, cell = 1, 0  # newly entering, aligned by claims, Aged and Disabled
    market = made.plans[aco].market
    assert market == "east"
    practices = made.providers
    own, region, nation, share, own_months = [], [], [], [], []
    lead = Lead(rulebook, made.evidence, made.trend, made.plans)
    for year in made.base_years:
        sums = made.history[year].care[: made.n_practices, cell].astype(float)
        counted = lead.counted(year)

        def at_risk_one(rows, sums=sums, counted=counted):
            months = sums[rows, Sum.MONTHS].sum()
            risk = sums[rows, Sum.CODED_RISK].sum() / months
            return sums[rows, Sum.SPEND].sum() / 100.0 * counted / months / risk, months, risk

        its = at_risk_one(practices.aco == aco)
        here = at_risk_one(practices.market == 0)
        everyone = at_risk_one(np.ones(made.n_practices, bool))
        # Risk is normalised to the nation: spending at risk 1 of the nation is spending as it is.
        own.append(its[0] * everyone[2])
        region.append(here[0] * everyone[2])
        nation.append(everyone[0] * everyone[2])
        share.append(its[1] / here[1])
        own_months.append((its[1], its[2] / everyone[2]))
    weights = rulebook.array("baseline.weights.newly_entering", 2027)
    growth = [share[b] * nation[2] / nation[b] + (1.0 - share[b]) * region[2] / region[b] for b in range(3)]
    history = sum(w * o * g for w, o, g in zip(weights, own, growth, strict=True)) / weights.sum()
    risk = own_months[2][1]
    got = results(*PLAIN)["historical_benchmark"][GLOBAL, aco, cell, 0]
    assert got == pytest.approx(history * risk, rel=1e-9)


@pytest.mark.parametrize("py", [2027, 2029, 2036])
def test_a_performance_year_by_hand(py):
    """Benchmark before discount: adjusted history x guarded trend x capped risk ratio x months, by cell."""
    made = world()
    model = LeadModel(scenario(), "lead_global", world=made)
    while model.year <= py:
        model.step()
    listed = model.practice_aco()
    rulebook, aco = model.rulebook, 1
    terms = lead_terms(rulebook, py, "global")
    lead = model.settlement.programs["lead"]
    participants = model.participants()
    gathered = lead.benchmark(model.history, participants, 2027)
    base = historical_baseline(gathered.with_volunteers(participants.volunteers), terms)
    counted = lead.counted(py)
    sums, total = model.history[py].care[: made.n_practices].astype(float), 0.0
    # Both routes of a category are one reference population.
    both = np.concatenate([sums[:, :3] + sums[:, 3:]] * 2, axis=1)
    alone = model.reference.history[py].care[: made.n_practices].astype(float)
    without = np.concatenate([alone[:, :3] + alone[:, 3:]] * 2, axis=1)
    taking_part = model.evidence.number("nation.taking_part")

    def per_month(rows):
        months = rows[Sum.MONTHS]
        return rows[Sum.SPEND] / 100.0 * counted / months, rows[Sum.CODED_RISK] / months, months

    for cell in range(6):
        its = sums[listed == aco, cell].sum(axis=0)
        months = its[Sum.MONTHS]
        if months == 0:
            continue
        # The nation is the reference arm's people, moved by the tenth of it that takes part.
        simulated, untouched = (per_month(people[:, cell].sum(axis=0)) for people in (both, without))
        weight = taking_part * simulated[2] / both[listed >= 0, cell, Sum.MONTHS].sum()
        nation = [u + weight * (s - u) for s, u in zip(simulated, untouched, strict=True)]
        region = per_month(both[made.providers.market == 0, cell].sum(axis=0))
        share = both[listed == aco, cell].sum(axis=0)[Sum.MONTHS] / region[2]
        national_growth = nation[0] / base.national_pbpm[cell]
        regional_growth = region[0] / (region[1] / nation[1]) / base.region_pbpm[aco, cell]
        two_way = share * national_growth + (1.0 - share) * regional_growth
        ahead = lead.prospective_factor(2026, py)[cell]
        low, high = two_way - terms.guard_below, two_way + terms.guard_above
        if terms.guard_target == "prospective":
            ahead = min(max(ahead, low), high)
        update = terms.two_way_weight * two_way + (1.0 - terms.two_way_weight) * ahead
        if terms.guard_target == "blend":
            update = min(max(update, low), high)
        reference = base.reference_risk[aco, cell]
        change = its[Sum.CODED_RISK] / months / nation[1] / reference
        if base.has_history[aco, cell]:
            cap = terms.risk_cap[cell % 3]
            change = min(max(change, 1.0 - cap), 1.0 + cap)
        change *= terms.coding_intensity_factor
        pbpm = (base.history_pbpm + base.adjustment_pbpm)[aco, cell] * update * change
        if terms.rate_book_share > 0.0:
            index = gathered.cost_index[aco, cell]
            rate = index * nation[0] * reference * change
            pbpm = (1.0 - terms.rate_book_share) * pbpm + terms.rate_book_share * rate
        total += pbpm * months
    got = model.outcomes["benchmark_before_discount"][aco, py - 2027] / 100.0
    assert got == pytest.approx(total, rel=1e-9)


def test_observation_adds_up():
    made = world()
    sums = made.history[2026].care
    seen = observe(sums, made.providers.aco, made.providers.market, 3, np.array([0, 0, 1]))
    member = made.providers.aco >= 0
    np.testing.assert_array_equal(seen.aco.sum(axis=0), sums[: made.n_practices][member].sum(axis=0))
    np.testing.assert_array_equal(seen.region_months[0], seen.region_months[1])
    assigned = sums[: made.n_practices, ..., Sum.MONTHS].sum()
    assert seen.region_months[0, :3].sum() + seen.region_months[2, :3].sum() == assigned
    assert ((seen.market_share >= 0) & (seen.market_share <= 1)).all()
    both = seen.market_share[0, :3] + seen.market_share[1, :3]
    assert (both < 1).all()


def test_both_options_see_the_same_people_and_history():
    out = results()
    for name in ("person_months", "expenditure", "risk_score", "true_savings", "historical_benchmark"):
        np.testing.assert_array_equal(out[name][GLOBAL], out[name][PROFESSIONAL])
    assert stats.spearmanr(
        out["gross_savings"][GLOBAL].ravel(), out["gross_savings"][PROFESSIONAL].ravel()
    ).statistic > 0.9  # fmt: skip
