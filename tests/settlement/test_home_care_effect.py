"""What a home-based programme does to those in it is what the evidence says, within Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.replicate import simulate

REPLICATES = 16
ARMS = NO_ACO | {
    arm: {"program": "lead", "home_care": True, "home_care_share": "100 %", "home_care_open": opened}
    for arm, opened in (("all", "high_needs"), ("after_stay", "after_stay"))
}
ALL, AFTER_STAY = 1, 2


@pytest.fixture(scope="module")
def found() -> tuple[dict[str, np.ndarray], float]:
    """Return home-care variables by replicate and arm, and the share of spending in the last months."""
    made = scenario_of(
        aco("frail", 6_000, entry="renewing", high_needs_share="40 %"),
        arms=ARMS,
        last_py=2030,
        aco_market_share="50 %",
        seed=20270810,
    )
    # Ten times the effect: errors of averted stays are small beside it then.
    made = made.replace(
        {"evidence.home_care.effect": "-15 %", "evidence.home_care.effect_last_months": "-40 %"}
    )
    runs = [simulate(made, replicate, threads=2) for replicate in range(REPLICATES)]
    names = [name for name in runs[0] if name.startswith("home_care_")]
    sums = {name[10:]: np.array([run[name].sum(axis=(1, 2)) for run in runs]) for name in names}
    return sums, made.evidence("all").number("home_care.last_months_share")


def holds(saved: np.ndarray, spent: np.ndarray, wanted: float) -> None:
    """Hold what is saved of what would have been spent, by replicate, to a share."""
    whole = (saved + spent).sum()
    left = saved - wanted * (saved + spent)
    error = np.sqrt(REPLICATES * left.var(ddof=1)) / whole
    assert error < 0.1 * wanted
    assert abs(left.sum() / whole) < 3.0 * error


@pytest.mark.slow
def test_effect_on_all_spending(found):
    sums, _ = found
    holds(sums["saved"][:, ALL], sums["spending"][:, ALL], 0.15)


@pytest.mark.slow
@pytest.mark.parametrize("arm", [ALL, AFTER_STAY])
def test_effect_in_the_last_months_and_before(found, arm):
    sums, share = found
    last = sums["last_saved"][:, arm], sums["last_spending"][:, arm]
    holds(*last, 0.4)
    before = (0.15 - share * 0.4) / (1.0 - share)
    holds(sums["saved"][:, arm] - last[0], sums["spending"][:, arm] - last[1], before)


@pytest.mark.slow
def test_effect_on_ed_visits(found):
    sums, _ = found
    holds(sums["ed_spared"][:, ALL], sums["ed_visits"][:, ALL], 0.04)


@pytest.mark.slow
def test_the_share_of_spending_in_the_last_months(found):
    """The evidence's share is the simulated people's."""
    sums, share = found
    last, whole = (sums[f"{name}saved"] + sums[f"{name}spending"] for name in ("last_", ""))
    assert last[:, ALL].sum() / whole[:, ALL].sum() == pytest.approx(share, abs=0.006)
    assert last[:, AFTER_STAY].sum() / whole[:, AFTER_STAY].sum() > 1.4 * share
