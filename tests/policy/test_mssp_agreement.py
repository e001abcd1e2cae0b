"""An MSSP agreement end to end: history, adjustment, update, and what ten years of rebasing do to savings."""

from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.mssp_terms import agreement_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.mssp_agreement import (
    AgreementInputs,
    YearInputs,
    agreement_benchmark,
    updated_benchmark,
)
from sim.policy.mssp_benchmark import agreement_start, base_years, guarded_benchmark

BOOK = load_rulebook("mssp")
TYPES = 4
AGND = 3


def inputs(**changes):
    """One ACO of 10,000 aged non-dual people, at 10,000 USD in all base years; region and nation too."""
    people = np.zeros((1, TYPES))
    people[0, AGND] = 10_000
    plain = {
        "per_capita": np.full((1, TYPES, 3), 10_000.0),
        "risk": np.ones((1, TYPES, 3)),
        "region_per_capita": np.full((1, TYPES, 3), 10_000.0),
        "region_risk": np.ones((1, TYPES, 3)),
        "national_per_capita": np.full((TYPES, 3), 10_000.0),
        "national_risk": np.ones((TYPES, 3)),
        "market_share": np.full((1, TYPES, 3), 0.25),
        "person_years": people,
        "times_used": np.array([1]),
        "dual_share": np.array([0.1]),
        "needy_share": np.array([0.1]),
        "prior_savings": np.zeros((1, 3)),
        "prior_person_years": np.array([10_000.0]),
    }
    return AgreementInputs(**{**plain, **changes})


def year(**changes):
    plain = {
        "person_years": inputs().person_years,
        "risk": np.ones((1, TYPES)),
        "demographic_growth": np.ones((1, TYPES)),
        "region_per_capita": np.full((1, TYPES), 10_000.0),
        "region_risk": np.ones((1, TYPES)),
        "market_share": np.full((1, TYPES), 0.25),
        "national_per_capita": np.full(TYPES, 10_000.0),
        "national_risk": np.ones(TYPES),
        "prospective": np.ones(TYPES),
    }
    return YearInputs(**{**plain, **changes})


def terms(start=2024, *, first=True):
    return agreement_terms(BOOK, start, first=first)


def test_a_prior_saving_of_cents_is_added_to_every_type():
    found = agreement_benchmark(inputs(prior_savings=np.full((1, 3), 1.0)), terms())
    np.testing.assert_allclose(found.benchmark[0], 10_000.5)


@pytest.mark.parametrize(
    ("start", "region", "adjustment"),
    [
        (2024, 10_400, 0.35 * 400),
        (2024, 14_000, 0.05 * 10_000),
        # Above its region: nothing from 2024; before, 15 % of the gap less the offset for dual eligibles.
        (2024, 9_000, 0.0),
        (2022, 9_000, -0.15 * 1_000 * 0.9),
    ],
)
def test_regional_adjustment(start, region, adjustment):
    found = agreement_benchmark(inputs(region_per_capita=np.full((1, TYPES, 3), float(region))), terms(start))
    assert found.adjustment == pytest.approx([adjustment])
    assert found.benchmark[0, AGND] == pytest.approx(10_000 + adjustment)


def test_the_regional_adjustment_is_by_type_and_the_others_are_flat():
    region = np.full((1, TYPES, 3), 10_000.0)
    region[0, 0], region[0, AGND] = 10_800.0, 10_400.0
    people = np.array([[5_000.0, 0.0, 0.0, 5_000.0]])
    both = inputs(region_per_capita=region, person_years=people)
    by_type = agreement_benchmark(both, terms()).benchmark - 10_000
    assert by_type[0] == pytest.approx([280, 0, 0, 140])
    saved = replace(both, prior_savings=np.full((1, 3), 900.0))
    assert agreement_benchmark(saved, terms()).benchmark - 10_000 == pytest.approx(np.full((1, TYPES), 450.0))


def test_the_better_of_region_and_prior_savings_and_the_room_left_to_need():
    saved = inputs(
        region_per_capita=np.full((1, TYPES, 3), 10_400.0),
        prior_savings=np.array([[300.0, 400.0, 500.0]]),
        needy_share=np.array([0.5]),
    )
    assert agreement_benchmark(saved, terms(2022)).adjustment == pytest.approx([140])
    assert agreement_benchmark(saved, terms(2024)).adjustment == pytest.approx([200])
    # From 2025: half of the 300 that 5 % of 10,000 leaves above 200 is less than 200, so 200 stays.
    found = agreement_benchmark(saved, terms(2025))
    assert found.population == pytest.approx([150])
    assert found.adjustment == pytest.approx([200])


def test_prior_savings_count_up_to_a_share_of_the_nations_spending():
    """Half of 3,000 a head saved is more than 5 % of what the nation spends on such people, 10,000."""
    found = agreement_benchmark(inputs(prior_savings=np.full((1, 3), 3_000.0)), terms())
    assert found.prior_savings == pytest.approx([500])
    assert found.adjustment == pytest.approx([500])


def test_update_weighs_region_nation_and_the_prospective_trend():
    grown = year(
        region_per_capita=np.full((1, TYPES), 11_000.0),
        national_per_capita=np.full(TYPES, 10_600.0),
        prospective=np.full(TYPES, 1.03),
    )
    for start, prospective in ((2022, 0.0), (2024, 1 / 3)):
        found = updated_benchmark(agreement_benchmark(inputs(), terms(start)), grown, terms(start))
        two_way = 0.25 * 1.06 + 0.75 * 1.10
        assert found.two_way_usd == pytest.approx([1e8 * two_way])
        assert found.three_way_usd == pytest.approx(
            [1e8 * ((1 - prospective) * two_way + prospective * 1.03)]
        )


def test_base_years_are_brought_to_by3_by_growth_and_risk():
    rising = np.array([8_000.0, 9_000.0, 10_000.0]) * np.array([0.9, 1.0, 1.1])
    found = agreement_benchmark(
        inputs(
            per_capita=np.broadcast_to(rising, (1, TYPES, 3)),
            risk=np.broadcast_to([0.9, 1.0, 1.1], (1, TYPES, 3)),
            region_per_capita=np.broadcast_to([8_000.0, 9_000.0, 10_000.0], (1, TYPES, 3)),
            national_per_capita=np.broadcast_to([8_000.0, 9_000.0, 10_000.0], (TYPES, 3)),
        ),
        terms(),
    )
    assert found.history[0, AGND] == pytest.approx(11_000)


@pytest.mark.parametrize(
    ("start", "first", "factor"),
    [(2015, True, 1.25), (2015, False, 1.25), (2018, True, 1.25), (2018, False, 1.05), (2019, True, 1.0875)],
)
def test_before_july_2019_the_nations_dollars_or_the_regions_rate_update_a_benchmark(start, first, factor):
    """The nation grows by 2,000 from 10,000, the region by 5 %; the ACO, a quarter of it, is at 8,000."""
    held = terms(start, first=first)
    agreed = agreement_benchmark(
        inputs(per_capita=np.full((1, TYPES, 3), 8_000.0), region_per_capita=np.full((1, TYPES, 3), 8_000.0)),
        held,
    )
    grown = year(national_per_capita=np.full(TYPES, 12_000.0), region_per_capita=np.full((1, TYPES), 8_400.0))
    updated = updated_benchmark(agreed, grown, held)
    assert agreed.benchmark[0, AGND] == pytest.approx(8_000.0)
    assert updated.three_way_usd[0] == pytest.approx(8_000.0 * factor * 10_000)


def test_the_region_counts_in_no_first_agreement_of_before_july_2019():
    cheap = inputs(per_capita=np.full((1, TYPES, 3), 9_000.0))
    found = {
        (start, first): float(agreement_benchmark(cheap, terms(start, first=first)).adjustment[0])
        for start in (2016, 2018, 2019)
        for first in (True, False)
    }
    assert found == pytest.approx(
        {
            (2016, True): 0.0,
            (2016, False): 0.0,
            (2018, True): 0.0,
            (2018, False): 350.0,
            (2019, True): 350.0,
            (2019, False): 350.0,
        }
    )


@pytest.mark.parametrize(
    ("start", "own", "adjustment"),
    [
        # A second agreement: 35 % below and 25 % above the region, whatever that is; since, 50 % and 25 %.
        (2018, 9_000.0, 350.0),
        (2018, 11_000.0, -250.0),
        (2019, 9_000.0, 500.0),
        (2019, 11_000.0, -250.0),
        # And no limit before, of 5 % of 10,000 since.
        (2018, 7_000.0, 1_050.0),
        (2018, 13_000.0, -750.0),
        (2019, 7_000.0, 500.0),
        (2019, 13_000.0, -500.0),
    ],
)
def test_before_july_2019_the_region_counts_by_a_first_use_without_limit(start, own, adjustment):
    """42 CFR 425.603(c)(9)."""
    second = inputs(per_capita=np.full((1, TYPES, 3), own), times_used=np.array([2]), dual_share=np.zeros(1))
    found = agreement_benchmark(second, terms(start, first=False))
    assert found.adjustment[0] == pytest.approx(adjustment)


def test_before_july_2019_scores_rise_by_what_age_and_sex_explain():
    older = year(risk=np.full((1, TYPES), 1.10), demographic_growth=np.full((1, TYPES), 1.02))
    ratios = {}
    for start in (2018, 2019):
        held = terms(start)
        agreed = agreement_benchmark(inputs(), held)
        ratios[start] = updated_benchmark(agreed, older, held).risk_ratio[0, AGND]
    assert ratios == pytest.approx({2018: 1.02, 2019: 1.03})


def test_an_aco_that_saves_keeps_its_savings_for_one_agreement_only():
    """Flat prices, 5 % saved from 2024: rebasing leaves only what prior savings and the region give back."""
    spend = {year: 10_000.0 if year < 2024 else 9_500.0 for year in range(2021, 2034)}
    gross = {}
    for py in (2024, 2028, 2029, 2033):
        start = int(agreement_start(py, 2024, int(BOOK.number("benchmark.agreement_years", 2024))))
        again = start > 2024
        history = np.array([spend[int(one)] for one in base_years(start)])
        saved = np.array([[500.0, 500.0, 500.0]]) if again else np.zeros((1, 3))
        held = terms(start, first=not again)
        agreed = agreement_benchmark(
            inputs(
                per_capita=np.broadcast_to(history, (1, TYPES, 3)),
                prior_savings=saved,
                times_used=np.array([2 if again else 1]),
            ),
            held,
        )
        gross[py] = float(updated_benchmark(agreed, year(), held).three_way_usd[0]) / 10_000 - spend[py]
    assert gross == pytest.approx({2024: 500, 2028: 500, 2029: 250, 2033: 250})


def test_permuting_acos_changes_nothing():
    generator = np.random.default_rng(3)
    shape = (50, TYPES)

    def between(low, high, *extra):
        return generator.uniform(low, high, (*shape, *extra))

    many = inputs(
        per_capita=between(8e3, 12e3, 3),
        risk=between(0.8, 1.2, 3),
        region_per_capita=between(9e3, 11e3, 3),
        region_risk=between(0.9, 1.1, 3),
        market_share=between(0, 1, 3),
        person_years=between(0, 9e3),
        times_used=generator.integers(1, 5, 50),
        dual_share=generator.uniform(0, 1, 50),
        needy_share=generator.uniform(0, 1, 50),
        prior_savings=generator.normal(100, 300, (50, 3)),
        prior_person_years=generator.uniform(1e3, 3e4, 50),
    )
    order = generator.permutation(50)
    names = [name for name in AgreementInputs.__slots__ if not name.startswith("national")]
    turned = replace(many, **{name: getattr(many, name)[order] for name in names})
    one, other = agreement_benchmark(many, terms(2025)), agreement_benchmark(turned, terms(2025))
    assert np.array_equal(one.benchmark[order], other.benchmark)
    counts = np.stack([np.maximum(one.regional, 0), one.prior_savings, one.population])
    assert one.adjustment == pytest.approx(counts.max(axis=0))


def test_guardrail_on_the_updated_benchmark():
    low = year(prospective=np.full(TYPES, 0.90))
    found = updated_benchmark(agreement_benchmark(inputs(), terms()), low, terms())
    spent = np.array([1.02e8])
    assert found.three_way_usd == pytest.approx([1e8 * (1 - 0.1 / 3)])
    guarded = guarded_benchmark(found.three_way_usd, found.two_way_usd, spent, 0.01)
    assert guarded == pytest.approx([1e8])


def test_each_step_of_the_update_adds_one_rule():
    # 35 % of a region 400 above; scores 6 % up, 2 % of it coding; people 1 % older; prices 10 % up.
    agreed = agreement_benchmark(inputs(region_per_capita=np.full((1, TYPES, 3), 10_400.0)), terms())
    dearer = year(
        risk=np.full((1, TYPES), 1.06),
        demographic_growth=np.full((1, TYPES), 1.01),
        region_per_capita=np.full((1, TYPES), 11_440.0),
        national_per_capita=np.full(TYPES, 11_000.0),
        prospective=np.full(TYPES, 1.1),
    )
    coded = replace(dearer, coded=np.full((1, TYPES), 1.02))
    found = updated_benchmark(agreed, coded, terms())
    history, adjusted = 1e8 * 1.06 / 1.02 * 1.1, 1.014e8 * 1.06 / 1.02 * 1.1
    assert found.steps_usd[0] == pytest.approx([history, adjusted, 1.014e8 * 1.04 * 1.1])
    assert found.steps_usd[0, -1] == found.three_way_usd[0]
    plain = updated_benchmark(agreed, dearer, terms())
    assert plain.steps_usd[0, 1] == pytest.approx(1.014e8 * 1.06 * 1.1)
    assert plain.three_way_usd == found.three_way_usd
