"""What LEAD gathers from a made-up history, number by number, and whose terms each ACO has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import (
    ACO_MARKET,
    ONE,
    PARTICIPANTS,
    PLAN,
    PRACTICE_ACO,
    PRACTICE_MARKET,
    RURAL,
    TREND,
    TWO,
    contracts,
    history,
    of,
    shown,
)

from sim.inputs.evidence import load_evidence
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import N_CELLS, N_SUMS, Sum
from sim.policy.lead import settle_performance_year
from sim.settlement import lead
from sim.settlement.bridge import coded_by_cell
from sim.settlement.lead import Lead

PLANS = (PLAN, replace(PLAN, name="two", former_mssp=True), replace(PLAN, name="rural"))
EVERYBODY = np.ones(3, bool)
NATION = PRACTICE_ACO > -2


def program(**rules):
    return Lead(load_rulebook("lead-py2027", rules), load_evidence(), TREND, PLANS)


def both(places, year, cell):
    return of(places, year, cell % 3) + of(places, year, cell % 3 + 3)


def pbpm(sums):
    return sums[Sum.SPEND] / 100.0 / sums[Sum.MONTHS] if sums[Sum.MONTHS] else 0.0


def score(sums):
    return sums[Sum.CODED_RISK] / 1e6 / sums[Sum.MONTHS] if sums[Sum.MONTHS] else 0.0


@pytest.mark.parametrize("aco", [ONE, TWO, RURAL])
@pytest.mark.parametrize("agreement", [2027, 2030])
def test_base_years_by_hand(aco, agreement):
    office = program()
    base, years = office.benchmark(history(), PARTICIPANTS, agreement), range(agreement - 3, agreement)
    assert base.by3 == agreement - 1
    inputs, its, here = base.inputs, aco == PRACTICE_ACO, ACO_MARKET[aco] == PRACTICE_MARKET
    for cell in range(N_CELLS):
        relative = []
        for at, year in enumerate(years):
            own, region, nation = (of(its, year, cell), both(here, year, cell), both(NATION, year, cell))
            counted = office.counted(year)
            assert counted < 1.0
            found = [
                inputs.base_months[aco, cell, at],
                inputs.base_pbpm[aco, cell, at],
                inputs.base_risk[aco, cell, at],
                inputs.region_base_pbpm[aco, cell, at],
                inputs.region_base_risk[aco, cell, at],
                inputs.national_base_pbpm[cell, at],
                inputs.national_base_risk[cell, at],
                inputs.market_share[aco, cell, at],
            ]
            expected = [
                own[Sum.MONTHS],
                pbpm(own) * counted,
                score(own) / score(nation),
                pbpm(region) * counted,
                score(region) / score(nation),
                pbpm(nation) * counted,
                1.0,
                both(its, year, cell)[Sum.MONTHS] / region[Sum.MONTHS],
            ]
            assert found == pytest.approx(expected)
            relative.append(pbpm(region) / (score(region) / score(nation)) / pbpm(nation))
        assert base.cost_index[aco, cell] == pytest.approx(sum(relative) / 3)
        claims = of(its, years[-1], cell % 3)
        if claims[Sum.MONTHS]:
            coded = claims[Sum.CODED_RISK] / claims[Sum.TRUE_RISK]
            assert base.coded[aco, cell] == pytest.approx(coded)
        else:
            assert base.coded[aco, cell] == 1.0


def test_coded_over_true_risk_is_1_where_either_is_nothing():
    sums = np.zeros((1, 4, N_SUMS), np.int64)
    sums[0, :, Sum.CODED_RISK], sums[0, :, Sum.TRUE_RISK] = [0, 3, 0, 1], [0, 0, 2, 1]
    assert coded_by_cell(sums).tolist() == [[1.0] * 4]
    sums[0, :, Sum.CODED_RISK], sums[0, :, Sum.TRUE_RISK] = [1, 3, 1, 6], [4, 1, 1, 2]
    assert coded_by_cell(sums).tolist() == [[0.25, 3.0, 1.0, 3.0]]


def test_who_is_newly_entering_goes_by_people_aligned_by_claims():
    """In each base year, over the three categories."""
    claims = [
        max(
            of(aco == PRACTICE_ACO, year, slice(0, 3)).sum(axis=0)[Sum.PERSONS] for year in (2024, 2025, 2026)
        )
        for aco in range(3)
    ]
    for below in (claims[TWO], claims[TWO] + 1):
        by_people = program(
            **{"eligibility.newly_entering_by": "people", "eligibility.newly_entering_below": below}
        )
        inputs = by_people.benchmark(history(), PARTICIPANTS, 2027).inputs
        assert inputs.newly_entering.tolist() == [most < below for most in claims]
        assert inputs.former_mssp.tolist() == [False, True, False]


def test_base_years_are_gathered_once_for_a_list_of_tins_and_a_first_year():
    office = program()
    first, later = (office.benchmark(history(), PARTICIPANTS, start) for start in (2027, 2030))
    assert office.benchmark(history(), PARTICIPANTS, 2027) is first
    assert office.benchmark(history(), PARTICIPANTS, 2030) is later
    moved = PRACTICE_ACO.copy()
    moved[1] = TWO
    changed = office.benchmark(history(), replace(PARTICIPANTS, practice_aco=moved), 2027)
    assert (changed.inputs.base_months[TWO, :5] > first.inputs.base_months[TWO, :5]).all()


def test_each_aco_has_its_own_option_and_first_year():
    start, option = [2027, 2029, 2027], ["global", "global", "professional"]
    mixed = program().settle(
        2030, shown(2030, contracts("lead", risk_option=option, agreement_start=start)), EVERYBODY
    )
    assert mixed["agreement_start"].tolist() == start
    for aco in range(3):
        alike = contracts("lead", risk_option=[option[aco]] * 3, agreement_start=[start[aco]] * 3)
        alone = program().settle(2030, shown(2030, alike), EVERYBODY)
        for name, values in mixed.items():
            np.testing.assert_array_equal(values[aco], alone[name][aco], err_msg=name)


def test_prospective_growth_is_of_every_year_after_by3():
    """What the rulebook states for 2027, then 4 % a year, with ESRD's own hundredth in logs."""
    office = program()
    stated = 1.0 + office.rulebook.array("trend.prospective_growth", 2027)
    later = 1.04 * np.exp([0.0, 0.01, 0.0])
    assert office.prospective_factor(2026, 2026).tolist() == [1.0] * N_CELLS
    for year in (2027, 2028, 2030):
        expected = np.tile(stated * later ** (year - 2027), 2)
        np.testing.assert_allclose(office.prospective_factor(2026, year), expected)
    np.testing.assert_allclose(office.prospective_factor(2027, 2029), np.tile(later**2, 2))


def test_what_the_settlement_is_shown_of_a_year(monkeypatch):
    """Region and nation with what counts, by the ACO's cells; the years since BY3 likewise."""
    seen = []

    def spy(baseline, inputs, terms):
        seen.append(inputs)
        return settle_performance_year(baseline, inputs, terms)

    monkeypatch.setattr(lead, "settle_performance_year", spy)
    office = program()
    out = office.settle(2029, shown(2029, contracts("lead")), EVERYBODY)
    base = office.benchmark(history(), PARTICIPANTS, 2027)
    found, counted = seen[0], office.counted(2029)
    for aco in range(3):
        its, here = aco == PRACTICE_ACO, ACO_MARKET[aco] == PRACTICE_MARKET
        for cell in range(N_CELLS):
            own, region, nation = (of(its, 2029, cell), both(here, 2029, cell), both(NATION, 2029, cell))
            then = of(its, 2026, cell % 3)
            coded = own[Sum.CODED_RISK] / own[Sum.TRUE_RISK] if own[Sum.MONTHS] else 1.0
            if then[Sum.MONTHS]:
                coded /= then[Sum.CODED_RISK] / then[Sum.TRUE_RISK]
            got = [
                found.months[aco, cell],
                found.risk[aco, cell],
                found.region_pbpm[aco, cell],
                found.region_risk[aco, cell],
                found.national_pbpm[cell],
                found.rate_book_pbpm[aco, cell],
                found.coded[aco, cell],
            ]
            assert got == pytest.approx(
                [
                    own[Sum.MONTHS],
                    score(own) / score(nation),
                    pbpm(region) * counted,
                    score(region) / score(nation),
                    pbpm(nation) * counted,
                    base.cost_index[aco, cell] * pbpm(nation) * counted,
                    coded,
                ]
            )
            paid = round(own[Sum.SPEND] * counted)
            assert out["expenditure"][aco, cell] == paid
            assert found.paid[aco, cell] == pytest.approx(paid / 100.0)
            for at, year in enumerate((2027, 2028)):
                region, nation = both(here, year, cell), both(NATION, year, cell)
                between = found.between
                at_risk_one = pbpm(region) / (score(region) / score(nation)) * office.counted(year)
                assert between.region_pbpm[at, aco, cell] == pytest.approx(at_risk_one)
                assert between.national_pbpm[at, cell] == pytest.approx(pbpm(nation) * office.counted(year))
                assert between.prospective_factor[at, cell] == office.prospective_factor(2026, year)[cell]
    assert found.prospective_factor.tolist() == office.prospective_factor(2026, 2029).tolist()
    assert len(found.between.region_pbpm) == 2
    assert len(found.between.guard_below) == len(found.between.guard_above) == 3
    assert (out["shared_savings"] - out["sequestration"]).tolist() == out["settlement"].tolist()
    assert (out["benchmark"] - out["gross_savings"]).tolist() == out["expenditure"].sum(axis=1).tolist()
