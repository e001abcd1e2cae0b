"""The Shared Savings Program settled again in plain Python from sums of people, across a rebasing."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from program_arms import lived, scenario

from sim.kernels.codes import Sum, TypeSum
from sim.settlement.mssp import split

ACOS = ("alpha", "beta", "gamma")
TRACKS = {"alpha": "basic-e", "beta": "enhanced"}
ESRD, AGED_NON_DUAL = 0, 3
CENT = 0.5


def rule(key, year=None):
    return scenario().rulebook("stay", "mssp").value(key, year)


def model():
    return lived().models["stay"]


@cache
def sums(year, rows):
    """Return person-years, dollars a person-year and scores by type, and what all types give together."""
    made = model().world.providers
    chosen = {
        "nation": np.ones(len(made.aco), bool),
        "listed": made.aco >= 0,
        "east": made.market == 0,
        "gamma's": made.market == 1,
        **{name: made.aco == row for row, name in enumerate(ACOS)},
    }[rows]
    found = of_types(model().history[year].types[: len(made.aco)][chosen].sum(axis=0).tolist())
    if rows != "nation":
        return found
    # The nation is the reference arm's people, moved by the tenth of it that takes part.
    alone = of_types(model().reference.history[year].types[: len(made.aco)].sum(axis=0).tolist())
    listed, taking_part = sums(year, "listed")["people"], model().evidence.number("nation.taking_part")
    weight = [taking_part * n / own if own else 0.0 for n, own in zip(found["people"], listed, strict=True)]
    for name in ("spend", "risk", "age"):
        moved = zip(alone[name], found[name], weight, strict=True)
        found[name] = [before + w * (after - before) for before, after, w in moved]
    return found


def of_types(table):
    people = [row[TypeSum.MONTHS] / 12.0 for row in table]
    return {
        "people": people,
        "spend": [
            row[TypeSum.TRUNCATED] / 100.0 / n if n else 0.0 for row, n in zip(table, people, strict=True)
        ],
        "risk": [
            row[TypeSum.CODED_RISK] / 12e6 / n if n else 0.0 for row, n in zip(table, people, strict=True)
        ],
        "age": [
            row[TypeSum.DEMOGRAPHIC_RISK] / 12e6 / n if n else 0.0
            for row, n in zip(table, people, strict=True)
        ],
        "coding": [
            row[TypeSum.CODED_RISK] / row[TypeSum.TRUE_RISK] if n else 1.0
            for row, n in zip(table, people, strict=True)
        ],
        "lives": sum(row[TypeSum.PERSONS] for row in table),
        "paid": sum(row[TypeSum.TRUNCATED] for row in table) / 100.0,
        "untruncated": sum(row[TypeSum.SPEND] for row in table) / 100.0,
        "dual": sum(row[TypeSum.DUAL_MONTHS] for row in table) / sum(row[TypeSum.MONTHS] for row in table),
    }


def mean(values, weights):
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def at_risk_one(year, rows, kind):
    return sums(year, rows)["spend"][kind] / (
        sums(year, rows)["risk"][kind] / sums(year, "nation")["risk"][kind]
    )


def relative_risk(year, aco, kind):
    return sums(year, aco)["risk"][kind] / sums(year, "nation")["risk"][kind]


@cache
def by_hand(aco, year):
    """Return benchmark, gross savings, minimum rate and what is shared and paid, in dollars, with all levels.

    ``levels`` is the benchmark with one rule more at a time, ``sharing`` the savings likewise.
    """
    market = "gamma's" if aco == "gamma" else "east"
    former = aco == "alpha"
    start = 2027 + (year - 2027) // 5 * 5
    number = (2 if former else 1) + (year - 2027) // 5
    base = [start - 3, start - 2, start - 1]
    weights = rule(f"benchmark.base_weights_{'first' if number == 1 else 'later'}")
    by3 = base[-1]
    people, kinds = sums(by3, aco)["people"], range(4)
    history = []
    for kind in kinds:
        total = 0.0
        for b, weight in zip(base, weights, strict=True):
            share = sums(b, aco)["people"][kind] / sums(b, market)["people"][kind]
            nation = sums(by3, "nation")["spend"][kind] / sums(b, "nation")["spend"][kind]
            region = at_risk_one(by3, market, kind) / at_risk_one(b, market, kind)
            to_by3 = share * nation + (1.0 - share) * region
            mix = relative_risk(by3, aco, kind) / relative_risk(b, aco, kind)
            total += weight * sums(b, aco)["spend"][kind] * to_by3 * mix
        history.append(total)
    gap = [at_risk_one(by3, market, k) * relative_risk(by3, aco, k) - history[k] for k in kinds]
    side = "below" if mean(gap, people) >= 0 else "above"
    weight = rule(f"benchmark.regional_weight_{side}")[min(number, 4) - 1]
    national = sums(by3, "nation")["spend"]
    up, down = rule("benchmark.regional_cap_up", start), rule("benchmark.regional_cap_down", start)
    regional_by_type = [min(max(weight * g, -down * n), up * n) for g, n in zip(gap, national, strict=True)]
    regional = mean(regional_by_type, people)
    dual = sums(by3, aco)["dual"]
    if regional < 0:
        risk = mean([relative_risk(by3, aco, k) for k in kinds], people)
        regional *= 1.0 - min(max(dual + risk - 1.0, 0.0), 1.0)
    level = mean(national, people)
    earlier = [by_hand(aco, b) if b >= 2027 else None for b in base]
    savings = sum(e["gross"] / e["people"] if e else 0.0 for e in earlier) / 3.0
    then = [e["people"] for e in earlier if e]
    grown = min(sum(then) / len(then) / sum(people), 1.0) if then else 0.0
    prior = min(max(rule("benchmark.prior_savings_share", start) * savings * grown, 0.0), 0.05 * level)
    room = max(rule("benchmark.population_adjustment_cap", start) * level - max(regional, prior, 0.0), 0.0)
    need = room * dual if dual >= rule("benchmark.population_adjustment_share") else 0.0
    best = max(regional, prior, need, 0.0)
    if best > 0 and best == max(prior, need):
        adjustment = [best] * 4
    else:
        adjustment = [best / regional * r if best else 0.0 for r in regional_by_type]
    agreed = [h + a for h, a in zip(history, adjustment, strict=True)]

    now = sums(year, aco)
    dollars = [b * n for b, n in zip(agreed, now["people"], strict=True)]
    trend = model().world.trend
    two, three = [], []
    for kind in kinds:
        share = now["people"][kind] / sums(year, market)["people"][kind]
        nation = sums(year, "nation")["spend"][kind] / sums(by3, "nation")["spend"][kind]
        region = at_risk_one(year, market, kind) / at_risk_one(by3, market, kind)
        two.append(share * nation + (1.0 - share) * region)
        ahead = math.exp(trend.kind_offset[ESRD if kind == ESRD else AGED_NON_DUAL] * (year - by3))
        for one in range(by3 + 1, year + 1):
            ahead *= 1.0 + trend.expected_growth[one]
        third = rule("benchmark.accountable_care_share", start)
        three.append((1.0 - third) * two[-1] + third * ahead)
    risen = [relative_risk(year, aco, k) / relative_risk(by3, aco, k) for k in kinds]
    older = [
        sums(year, aco)["age"][k] / sums(year, "nation")["age"][k] * sums(by3, "nation")["age"][k]
        / sums(by3, aco)["age"][k]
        for k in kinds
    ]  # fmt: skip
    coded = [now["coding"][k] / sums(by3, aco)["coding"][k] for k in kinds]
    true = [n * r / c * t for n, r, c, t in zip(now["people"], risen, coded, three, strict=True)]
    limit = mean(older, dollars) + rule("risk.cap", start)
    if mean(risen, dollars) > limit:
        risen = [min(r, limit) for r in risen]
    wide = sum(d * r * t for d, r, t in zip(dollars, risen, three, strict=True))
    narrow = sum(d * r * t for d, r, t in zip(dollars, risen, two, strict=True))

    track = TRACKS.get(aco) or f"basic-{'abcde'[min(year - 2027, 4)]}"
    two_sided = rule(f"tracks.{track}.two_sided")
    minimum = 0.005 if two_sided else sliding(now["lives"])
    benchmark = wide
    if wide - now["paid"] <= -minimum * wide and now["paid"] > wide:
        benchmark = now["paid"] if narrow > now["paid"] else max(wide, narrow)
    gross = benchmark - now["paid"]
    quality = float(model().outcomes["quality_score"][ACOS.index(aco), year - 2027])
    sharing, paid = shares(track, benchmark, gross, minimum, quality, aco, now)
    levels = {
        "prices": sum(h * n for h, n in zip(history, true, strict=True)),
        "adjustment": sum(a * n for a, n in zip(agreed, true, strict=True)),
        "caps": wide,
        "guardrail": benchmark,
    }
    return {
        "benchmark": benchmark, "gross": gross, "shared": sharing["limits"], "paid": paid, "minimum": minimum,
        "people": sum(now["people"]), "agreed": mean(agreed, people), "start": start,
        "levels": levels, "sharing": sharing,
    }  # fmt: skip


def shares(track, benchmark, gross, minimum, quality, aco, now):
    """Return savings with one rule of sharing more at a time, and what of the last is paid."""
    rate, maximum = gross / benchmark, rule(f"tracks.{track}.maximum_share")
    nothing = {"minimum_rate": 0.0, "sharing": 0.0, "sharing_quality": 0.0, "limits": 0.0}
    if gross > 0:
        low = rate < minimum
        reduced = low and aco != "beta" and now["lives"] >= rule("msr.smallest_for_election")
        if low and not (reduced and track.startswith("basic")):
            return nothing, 0.0
        kept = gross * (rule("sharing.reduced_share") if low else 1.0)
        # From PY2021 quality is not in the sharing rate of an ACO that meets the standard.
        part = maximum * kept
        shared = min(part, rule(f"tracks.{track}.savings_cap") * benchmark)
        return (
            {"minimum_rate": kept, "sharing": part, "sharing_quality": part, "limits": shared},
            min(part * 0.98, rule(f"tracks.{track}.savings_cap") * benchmark),
        )
    if not rule(f"tracks.{track}.two_sided"):
        return nothing | {"minimum_rate": gross}, 0.0
    if rate > -minimum:
        return nothing, 0.0
    low, high = rule(f"tracks.{track}.loss_rate_lowest"), rule(f"tracks.{track}.loss_rate_highest")
    best, own = (min(max(1.0 - maximum * score, low), high) * gross for score in (1.0, quality))
    loss = max(own, -rule(f"tracks.{track}.loss_cap_benchmark") * benchmark)
    if aco == "gamma":
        loss = max(loss, -rule(f"tracks.{track}.loss_cap_revenue") * 0.30 * now["untruncated"])
    return {"minimum_rate": gross, "sharing": best, "sharing_quality": own, "limits": loss}, loss


def sliding(lives):
    starts = rule("msr.band_start").tolist()
    band = max(i for i, first in enumerate(starts) if lives >= first)
    if band == len(starts) - 1:
        return rule("msr.rate_at_end")[band]
    part = (lives - starts[band]) / (starts[band + 1] - 1 - starts[band])
    return rule("msr.rate_at_start")[band] * (1 - part) + rule("msr.rate_at_end")[band] * part


@pytest.mark.parametrize("aco", ACOS)
@pytest.mark.parametrize("year", [2027, 2029, 2031, 2032, 2034, 2036])
def test_equal_to_the_cent(aco, year):
    out, row, t = model().outcomes, ACOS.index(aco), year - 2027
    hand = by_hand(aco, year)
    found = {
        name: float(out[name][row, t])
        for name in ("benchmark", "gross_savings", "shared_savings", "settlement")
    }
    expected = {
        "benchmark": hand["benchmark"],
        "gross_savings": hand["gross"],
        "shared_savings": hand["shared"],
        "settlement": hand["paid"],
    }
    for name, dollars in expected.items():
        assert found[name] == pytest.approx(100.0 * dollars, abs=CENT + 0.01), name
    assert out["agreement_start"][row, t] == hand["start"]
    assert out["minimum_savings_rate"][row, t] == pytest.approx(hand["minimum"], rel=1e-12)
    assert out["agreement_benchmark"][row, t] == pytest.approx(hand["agreed"], rel=1e-9)


@pytest.mark.parametrize("aco", ACOS)
@pytest.mark.parametrize("year", range(2027, 2037))
def test_every_part_of_the_bridge_to_the_cent(aco, year):
    out, row, t = model().outcomes, ACOS.index(aco), year - 2027
    hand, now = by_hand(aco, year), sums(year, aco)
    levels, sharing = hand["levels"], {"gross": hand["gross"], **hand["sharing"]}
    saved = model().history[year].care[: len(model().world.providers.aco)]
    saved = saved[model().world.providers.aco == row].sum(axis=(0, 1))
    saved = float(saved[Sum.REFERENCE] - saved[Sum.SPEND]) / 100.0
    expected = {
        # What the same people would have cost: what counts of their spending, and all that was saved.
        "prices": levels["prices"] - (now["paid"] + saved) + levels["guardrail"] - levels["caps"],
        "adjustment": levels["adjustment"] - levels["prices"],
        "caps": levels["caps"] - levels["adjustment"],
        **dict.fromkeys(("rate_book", "discount", "quality"), 0.0),
        **{after: sharing[after] - sharing[before] for before, after in pairwise(sharing)},
    }
    for name, dollars in expected.items():
        found = int(out[f"bridge_{name}"][row, t])
        assert found == pytest.approx(100.0 * dollars, abs=2 * CENT + 0.02), name
    assert not any(out[f"bridge_{name}"][row, t] for name in ("rate_book", "discount", "quality"))


def test_every_part_of_the_bridge_is_met():
    out = model().outcomes
    for name in ("prices", "adjustment", "caps", "minimum_rate", "sharing", "sharing_quality", "limits"):
        assert out[f"bridge_{name}"].any(), name
    # The guardrail leaves neither saving nor loss where the two-way update shows savings.
    assert ((out["gross_savings"] == 0) & (out["bridge_prices"] != 0)).any()


def test_savings_losses_and_rebasing_are_all_met():
    out = model().outcomes
    assert (out["shared_savings"] > 0).any()
    assert (out["shared_savings"] < 0).any()
    levels = out["agreement_benchmark"]
    assert (np.diff(levels, axis=1) != 0.0).sum(axis=1).tolist() == [1, 1, 1]
    assert (out["admin_add_on"] == 0).all()
    assert np.isnan(out["historical_benchmark"]).all()
    spent = out["expenditure"].sum(axis=1)
    np.testing.assert_array_equal(out["gross_savings"], out["benchmark"] - spent)
    np.testing.assert_array_equal(out["settlement"], out["shared_savings"] - out["sequestration"])


def test_cents_are_split_without_a_rest():
    total, parts = np.array([101, 7, 0]), np.array([[1, 1, 1], [0, 5, 2], [0, 0, 0]])
    shares = split(total, parts)
    assert shares.sum(axis=1).tolist() == total.tolist()
    assert shares[1].tolist() == [0, 5, 2]
    assert (np.abs(shares[0] - 101 / 3) <= 1.7).all()
