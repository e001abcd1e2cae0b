"""Stop-loss pays for itself model-wide, and spreads over ACOs as in CMS's ACO REACH results."""

from __future__ import annotations

import csv
import gzip
from functools import cache

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.rulebook import load_rulebook
from sim.replicate import Replicate

FILE = "reach/reach_gpdc_results_PY2021_2022.csv.gz"
WHAT = "CMS, GPDC and ACO REACH Financial and Quality Results, PY2021 and PY2022"
# Net cost over final benchmark of ACOs with stop-loss, PY2021 and PY2022: standard deviation and largest.
SPREAD = {"2021": 0.0134, "2022": 0.0076}
LARGEST = {"2021": 0.0139, "2022": 0.0084}
ELECTED = {"2021": 44, "2022": 76}
SIZES = (2000, 4000, 6000, 9000, 14000)
REPLICATES = 6


@cache
def net() -> np.ndarray:
    """Return net cost over benchmark by replicate, ACO and year: no effect, and sizes as of those ACOs."""
    acos = [aco(f"a{lives}", lives, market="urban" if lives % 4000 else "rural") for lives in SIZES]
    arms = NO_ACO | {"x": {"program": "lead", "stop_loss": True}}
    made = scenario_of(*acos, arms=arms, last_py=2028, seed=5, aco_market_share="50 %")
    made = made.replace({"evidence.effect.scale": 0.0})
    found = []
    for replicate in range(REPLICATES):
        lived = Replicate(made, replicate)
        for _ in made.years:
            lived.step()
        out = lived.models["x"].outcomes
        found.append((out["stop_loss_charge"] - out["stop_loss_payout"]) / out["benchmark"])
        lived.close()
    return np.array(found)


def test_neutral_in_expectation():
    by_replicate = net().mean(axis=(1, 2))
    error = by_replicate.std(ddof=1) / np.sqrt(REPLICATES)
    assert error < 0.0015
    assert abs(by_replicate.mean()) < 3 * error


def test_spread_over_acos_is_in_the_order_of_reach():
    spread = net().std()
    assert SPREAD["2022"] / 1.5 < spread < SPREAD["2021"]
    # Nobody loses more than the charge; small ACOs swing more than large ones.
    assert net().max() < 0.02
    assert net()[:, :2].std() > net()[:, -2:].std()


def test_the_numbers_are_those_of_lead_py2027():
    book = load_rulebook("lead-py2027")
    assert book.array("stop_loss.attachments", 2027).tolist() == [200_000, 400_000]
    assert book.array("stop_loss.payout_rates", 2027).tolist() == [0.6, 0.8]
    assert book.word("stop_loss.charge_set", 2027) == "neutral"


@pytest.mark.needs_data
@pytest.mark.parametrize("year", ["2021", "2022"])
def test_what_is_compared_with_is_what_the_file_says(cms_file, year):
    with gzip.open(cms_file(FILE, WHAT), "rt") as text:
        rows = [row for row in csv.DictReader(text) if row["perf_year"] == year and row["stop_loss"] == "Yes"]
    found = np.array(
        [
            (float(row["tot_cost_care_net"]) - float(row["tot_cost_care"])) / float(row["final_benchmark"])
            for row in rows
        ]
    )
    assert len(found) == ELECTED[year]
    assert found.std(ddof=1) == pytest.approx(SPREAD[year], abs=5e-5)
    assert found.max() == pytest.approx(LARGEST[year], abs=5e-5)
