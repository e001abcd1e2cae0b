"""How much capitation is paid, against ACO REACH's ACOs of PY2022: shares of the final benchmark."""

from __future__ import annotations

import csv
import gzip
from functools import cache

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.replicate import simulate

FILE = "reach/reach_gpdc_results_PY2021_2022.csv.gz"
WHAT = "CMS, GPDC and ACO REACH Financial and Quality Results, PY2021 and PY2022"
# Median, and what nearly all or the middle half lie between.
BASE, LEAST_BASE, MOST_BASE = 0.017, 0.002, 0.033
WITH_ENHANCED = 0.0672
TCC = 0.027, 0.075

ACOS = (
    aco("a", 4000, entry="renewing"),
    aco("b", 3000, leadership="hospital"),
    aco("c", 3000, market="rural"),
    aco("d", 2500, leadership="hospital", market="rural", entry="renewing"),
    aco("e", 2500, efficiency="-6 %", entry="renewing"),
    aco("f", 1500, high_needs_share="50 %"),
)
LEAD = {"program": "lead"}
ENHANCED = LEAD | {"payments": ["pcc"], "enhanced_share": "100 %"}
ARMS = NO_ACO | {
    "all_fees": ENHANCED,
    # ACO REACH's menu of fee reductions rose from 1 to 100 %.
    "most_fees": ENHANCED | {"participant_reduction": "75 %"},
    "tcc": LEAD | {"payments": ["tcc"]},
}


@cache
def shares(arm, *names):
    scenario = scenario_of(*ACOS, arms=ARMS, last_py=2028, seed=5, aco_market_share="40 %")
    out = _results(scenario)
    at = list(ARMS).index(arm)
    return sum(out[name][at] for name in names) / out["benchmark"][at]


@cache
def _results(scenario):
    return simulate(scenario, 0)


def test_base_pcc():
    every, most = shares("all_fees", "capitation"), shares("most_fees", "capitation")
    for found in (every, most):
        assert ((found > LEAST_BASE) & (found < MOST_BASE)).all()
    assert np.median(most) == pytest.approx(BASE, abs=0.002)
    # With all fees reduced: the narrow definition of primary care, a tenth of it elsewhere.
    assert 0.017 < np.median(every) < 0.025


@pytest.mark.parametrize("arm", ["all_fees", "most_fees"])
def test_base_and_enhanced_pcc(arm):
    found = shares(arm, "capitation", "enhanced_pcc")
    assert 0.066 < np.median(found) < 0.070
    assert np.median(found) == pytest.approx(WITH_ENHANCED, abs=0.002)
    assert ((found > 0.064) & (found < 0.073)).all()


def test_total_care_capitation():
    found = shares("tcc", "capitation")
    assert ((found > TCC[0]) & (found < TCC[1])).all()
    hospitals = [1, 3]
    assert found[hospitals].min() > np.delete(found, hospitals, axis=0).max()


@pytest.mark.needs_data
def test_what_is_compared_with_is_what_the_file_says(cms_file):
    with gzip.open(cms_file(FILE, WHAT), "rt") as text:
        rows = [row for row in csv.DictReader(text) if row["perf_year"] == "2022"]

    def of(kind, *names, taken=False):
        chosen = [row for row in rows if row["capitation"] == kind]
        if taken:
            chosen = [row for row in chosen if row["enhanced_pcc"] == "Yes"]
        return [sum(float(row[name]) for name in names) / float(row["final_benchmark"]) for row in chosen]

    assert np.median(of("PCC", "cap_pmt")) == pytest.approx(BASE, abs=0.0005)
    with_enhanced = np.array(of("PCC", "cap_pmt", "epcc_pmt", taken=True))
    # Of those who took all of it, at the withhold of 5 % that the year had: 7 % less a twentieth.
    nearly_all = with_enhanced[(with_enhanced > 0.064) & (with_enhanced < 0.07)]
    assert len(nearly_all) > 0.5 * len(with_enhanced)
    assert np.median(nearly_all) == pytest.approx(WITH_ENHANCED, abs=0.0006)
    assert np.median(nearly_all) == pytest.approx(0.07 * 0.95, abs=0.0006)
    low, high = np.percentile(of("TCC", "cap_pmt"), [25, 75])
    assert (low, high) == pytest.approx(TCC, abs=0.0005)
