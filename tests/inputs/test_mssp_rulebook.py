"""The MSSP rulebook states what 42 CFR part 425 and CMS's methodology say, and nothing else."""

import numpy as np
import pytest

from sim.inputs.rulebook import load_rulebook

BOOK = load_rulebook("mssp")
THIRD = 1 / 3
START_RATES = (12.2, 12.2, 8.7, 5.0, 3.9, 3.6, 3.4, 3.2, 3.1, 3.0, 2.7, 2.5, 2.2)

VALUES = {
    "msr.band_start": [1, 500, 1e3, 3e3, 5e3, 6e3, 7e3, 8e3, 9e3, 10e3, 15e3, 20e3, 50e3, 60e3],
    "msr.rate_at_start": [rate / 100 for rate in (*START_RATES, 2.0)],
    "msr.rate_at_end": [rate / 100 for rate in (*START_RATES[1:], 2.0, 2.0)],
    "msr.elections": [0.0, 0.005, 0.01, 0.015, 0.02],
    "msr.smallest_for_election": 5000,
    "sharing.reduced_share": 0.5,
    "sharing.reduced_share_from": 2024,
    "expenditure.truncation_percentile": 0.99,
    "benchmark.agreement_of_former": 2,
    "benchmark.base_weights_first": [0.1, 0.3, 0.6],
    "benchmark.base_weights_later": [THIRD, THIRD, THIRD],
    "benchmark.regional_weight_below": [0.35, 0.5, 0.5, 0.5],
    "benchmark.regional_weight_above": [0.15, 0.25, 0.35, 0.5],
    "benchmark.regional_weight_before_2019": [0.35, 0.25],
    "benchmark.prior_savings_cap": 0.05,
    "benchmark.population_adjustment_share": 0.15,
    "assignment.smallest": 5000,
}
# Key: {first year: value}; benchmark and risk rules go by the start of the agreement.
BY_YEAR = {
    "assignment.below_smallest": {2027: "out"},
    "assignment.smallest_years": {2026: "all", 2027: "last"},
    "assignment.smallest_later": {2024: "remediation", 2025: "stays"},
    "sharing.quality": {2013: "score", 2020: "score", 2021: "standard"},
    "sharing.sequestration": {2018: 0.02, 2019: 0.0, 2020: 0.0, 2021: 0.02},
    "losses.relieved": {2019: 0.0, 2020: 1.0, 2022: 1.0, 2023: 0.0},
    "expenditure.truncation": {2022: [483948.83, 167718.37, 219966.13, 139227.69]},
    "expenditure.national": {
        2018: [85900.98, 11800.79, 17582.03, 10531.27],
        2022: [90392.21, 13352.96, 20765.15, 11610.30],
    },
    "benchmark.regional_cap_up": {2018: 1.0, 2019: 0.05, 2024: 0.05},
    "benchmark.regional_cap_down": {2018: 1.0, 2019: 0.05, 2023: 0.05, 2024: 0.015},
    "benchmark.regional_floor": {2023: False, 2024: True},
    "benchmark.prior_savings_share": {2023: 0.0, 2024: 0.5},
    "benchmark.population_adjustment_cap": {2024: 0.0, 2025: 0.05},
    "benchmark.accountable_care_share": {2023: 0.0, 2024: THIRD},
    "risk.cap": {2018: 0.0, 2019: 0.03},
    "risk.demographic_allowance": {2018: True, 2023: False, 2024: True},
    "benchmark.agreement_years": {2017: 3, 2018: 4, 2019: 5},
    "benchmark.regional_agreement": {2016: 3, 2018: 2, 2019: 1},
    "benchmark.blended_growth": {2018: False, 2019: True},
    "benchmark.flat_update": {2018: True, 2019: False},
}
TRACKS = {
    "tracks.track-1.two_sided": False,
    "tracks.track-1.maximum_share": 0.5,
    "tracks.track-1.savings_cap": 0.1,
    "tracks.track-1-plus.two_sided": True,
    "tracks.track-1-plus.maximum_share": 0.5,
    "tracks.track-1-plus.savings_cap": 0.1,
    "tracks.track-1-plus.loss_rate_lowest": 0.3,
    "tracks.track-1-plus.loss_rate_highest": 0.3,
    "tracks.track-1-plus.loss_cap_benchmark": 0.04,
    "tracks.track-1-plus.loss_cap_revenue": 0.08,
    "tracks.track-2.two_sided": True,
    "tracks.track-2.maximum_share": 0.6,
    "tracks.track-2.savings_cap": 0.15,
    "tracks.track-2.loss_rate_lowest": 0.4,
    "tracks.track-2.loss_rate_highest": 0.6,
    "tracks.track-2.loss_cap_benchmark": 0.1,
    "tracks.track-3.two_sided": True,
    "tracks.track-3.maximum_share": 0.75,
    "tracks.track-3.savings_cap": 0.2,
    "tracks.track-3.loss_rate_lowest": 0.4,
    "tracks.track-3.loss_rate_highest": 0.75,
    "tracks.track-3.loss_cap_benchmark": 0.15,
    "tracks.basic-a.two_sided": False,
    "tracks.basic-a.maximum_share": 0.4,
    "tracks.basic-a.savings_cap": 0.1,
    "tracks.basic-b.two_sided": False,
    "tracks.basic-b.maximum_share": 0.4,
    "tracks.basic-b.savings_cap": 0.1,
    "tracks.basic-c.two_sided": True,
    "tracks.basic-c.maximum_share": 0.5,
    "tracks.basic-c.savings_cap": 0.1,
    "tracks.basic-c.loss_rate_lowest": 0.3,
    "tracks.basic-c.loss_rate_highest": 0.3,
    "tracks.basic-c.loss_cap_benchmark": 0.01,
    "tracks.basic-c.loss_cap_revenue": 0.02,
    "tracks.basic-d.two_sided": True,
    "tracks.basic-d.maximum_share": 0.5,
    "tracks.basic-d.savings_cap": 0.1,
    "tracks.basic-d.loss_rate_lowest": 0.3,
    "tracks.basic-d.loss_rate_highest": 0.3,
    "tracks.basic-d.loss_cap_benchmark": 0.02,
    "tracks.basic-d.loss_cap_revenue": 0.04,
    "tracks.basic-e.two_sided": True,
    "tracks.basic-e.maximum_share": 0.5,
    "tracks.basic-e.savings_cap": 0.1,
    "tracks.basic-e.loss_rate_lowest": 0.3,
    "tracks.basic-e.loss_rate_highest": 0.3,
    "tracks.basic-e.loss_cap_benchmark": 0.04,
    "tracks.basic-e.loss_cap_revenue": 0.08,
    "tracks.enhanced.two_sided": True,
    "tracks.enhanced.maximum_share": 0.75,
    "tracks.enhanced.savings_cap": 0.2,
    "tracks.enhanced.loss_rate_lowest": 0.4,
    "tracks.enhanced.loss_rate_highest": 0.75,
    "tracks.enhanced.loss_cap_benchmark": 0.15,
}


@pytest.mark.parametrize(("key", "value"), [*VALUES.items(), *TRACKS.items()])
def test_values(key, value):
    assert np.asarray(BOOK.value(key)).tolist() == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("key", "year", "value"),
    [(key, year, value) for key, years in BY_YEAR.items() for year, value in years.items()],
)
def test_values_by_year(key, year, value):
    found = BOOK.value(key, year)
    assert found == value if isinstance(value, str) else np.asarray(found).tolist() == pytest.approx(value)


def test_every_rule_is_checked_here():
    assert set(BOOK.keys()) == {*VALUES, *BY_YEAR, *TRACKS}
