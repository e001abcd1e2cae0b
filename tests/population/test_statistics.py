"""Simulated people against the evidence they were made from, with stated tolerances; seeds are fixed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from little_world import history_years, newborn, resized

from sim.kernels.codes import AGED_IN, DUAL, Kind, Status
from sim.model import LeadModel
from sim.start import make_world

ROWS = 300_000
BASE = slice(-3, None)  # 2024 to 2026 of the history


@pytest.fixture(scope="module")
def years():
    """A single market of 150,000 people through its history, nobody acting on anybody."""
    made, seen = newborn(ROWS), []
    people, history = made.people, history_years(made.first_py)
    for year in history:
        age = year - people.birth_year
        kind = np.where(people.traits & DUAL > 0, Kind.AGED_DUAL, Kind.AGED_NON_DUAL)
        kind = np.where(age < AGED_IN, Kind.DISABLED, kind)
        kind = np.where(people.conditions & made.health(year).conditions.kidney_failure > 0, Kind.ESRD, kind)
        before = SimpleNamespace(
            event=people.event > 0, months=people.months.copy(), status=people.status.copy()
        )
        before.aligned = people.aligned.copy()
        made.live(people, year, made.untouched(), None, 2)
        seen.append(
            SimpleNamespace(
                year=year,
                kind=kind,
                age=age,
                before=before,
                spend=people.spend.copy(),
                months=people.months.copy(),
                event=people.event > 0,
                aligned=people.aligned.copy(),
                status=people.status.copy(),
                high_needs=people.high_needs.copy(),
                level=made.markets(year).level[0] / made.evidence.array("spending.level_fit"),
                evidence=made.evidence,
            )
        )
    return seen


def relative_spending(years):
    """Return truncated mean spending of assignable people over the market's level, base years together."""
    ratios = []
    for one in years[BASE]:
        here = (one.months > 0) & (one.aligned >= 0)
        means = []
        for kind in Kind:
            its = here & (one.kind == kind)
            yearly, months = one.spend[its] * 0.12 / one.months[its], one.months[its]
            threshold = np.quantile(yearly, 0.99, weights=months, method="inverted_cdf")
            means.append(np.average(np.minimum(yearly, threshold), weights=months))
        ratios.append(means / one.level)
    return np.mean(ratios, axis=0)


def test_mean_spending_by_kind_is_the_evidences(years):
    # 1,300 people with ESRD leave 5 % of noise.
    assert (np.abs(relative_spending(years) - 1.0) < [0.15, 0.06, 0.06, 0.03]).all()


def test_events_come_back(years):
    evidence = years[0].evidence
    for one in years[1:]:
        full = (one.before.months == 12) & (one.months == 12)
        again = one.event[full & one.before.event].mean()
        first = one.event[full & ~one.before.event].mean()
        # The further chance after an event is event_carry of what is left, plus that the same people are ill.
        carry = evidence.number("spending.event_carry")
        assert carry * (1 - first) < again - first < carry + 0.15
        assert 0.07 < one.event[full].mean() < 0.16  # evidence: about 13 % a year


def test_spending_is_concentrated(years):
    one = years[-1]
    full = (one.months == 12) & (one.age >= AGED_IN)
    spend = np.sort(one.spend[full])[::-1].astype(float)
    top = np.cumsum(spend) / spend.sum()
    shares = [top[int(len(spend) * share) - 1] for share in (0.01, 0.05, 0.10, 0.20)]
    # Published for people of 65 and over: 14.9, 41.5, 60.0, 79.1 %; here with 6 points either way.
    np.testing.assert_allclose(shares, [0.149, 0.415, 0.600, 0.791], atol=0.06)
    assert 0.04 < (spend == 0).mean() < 0.12


def test_people_die_move_and_become_high_needs_at_plausible_rates(years):
    for one in years[1:]:
        here = (one.before.status == Status.ENROLLED) & (one.before.months > 0)
        # People are made with a past, and three years are lived before the first that is looked back on.
        died = (one.status[here] == Status.DEAD).mean()
        assert died == pytest.approx(0.040, abs=0.003) or one.year <= 2021
        assert 0.04 < (one.status[here] == Status.ADVANTAGE).mean() < 0.065
        # 9 to 19 % as REACH's sheets have it, 15 % in the middle.
        assert 0.11 < one.high_needs[here].mean() < 0.20
        assignable = np.average(one.aligned >= 0, weights=one.months)
        assert (
            assignable == pytest.approx(one.evidence.number("care.assignable"), abs=0.025) or one.year <= 2020
        )


@pytest.fixture(scope="module")
def aligned_years():
    """Bigger ACOs, none acting: (ACO aligned to before, now) of people in Original Medicare in both years."""
    scenario = resized(15_000, 10_000, 6_000, last_py=2029)
    model = LeadModel(scenario, "no_aco", world=make_world(scenario, 0))
    aco, pairs = np.append(model.world.providers.aco, -1), []
    while model.running:
        before = aco[model.people.aligned], model.people.months > 0
        model.step()
        both = before[1] & (model.people.months > 0)
        pairs.append((before[0][both], aco[model.people.aligned][both]))
    return model, pairs


def test_acos_have_about_the_lives_of_their_plans(aligned_years):
    model, _ = aligned_years
    lives = np.array([plan.lives for plan in model.world.plans])
    years = model.outcomes["person_months"][:, :, 0].sum(axis=1) / 12.0
    # Person-years are fewer than people by deaths and moves, most where many are High Needs.
    np.testing.assert_allclose(years / lives, 1.0, atol=0.18)


def test_a_high_needs_aco_has_many_high_needs_people(aligned_years):
    model, _ = aligned_years
    months = model.outcomes["person_months"][:, :, 0]
    share = (months[:, 2] + months[:, 5]) / months.sum(axis=1)
    assert (np.abs(share[:2] - 0.15) < 0.04).all()
    # Its rural market has a quarter fewer of them, and who becomes one stays with the usual practice.
    assert share[2] == pytest.approx(0.40, abs=0.12)


def retention(pairs):
    kept = [(now == before)[before >= 0].mean() for before, now in pairs]
    return float(np.mean(kept))


def test_most_people_stay_aligned(aligned_years):
    # Published: 84.4 % of people in Original Medicare in both years stay with their ACO.
    assert retention(aligned_years[1]) == pytest.approx(0.844, abs=0.03)
