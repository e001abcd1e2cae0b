"""Who leaves the practice, who is seen by none, and who attests: by risk, and lastingly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from little_world import LIKE_THE_NATION, newborn
from worlds import aco, scenario_of

from sim.calibration import people
from sim.calibration.nation import live
from sim.kernels.codes import NO_PRACTICE, Cell, Status, Sum
from sim.kernels.layout import copy_people
from sim.population.practices import changes_by_market
from sim.start import make_world

ROWS = 120_000
YEARS = (2027, 2028, 2029)


def exits(share):
    """Return who leaves the ACO a year, at the median and the 95th percentile of risk."""
    stated = scenario_of(aco("alpha", "30,000 people"), name="share", seed=3, aco_market_share=share)
    made = make_world(stated.replace(LIKE_THE_NATION), 0)
    years = [live(made, year, 2) for year in YEARS]
    return np.mean([people.leaving(before, after) for before, after in pairwise(years)], axis=0)


def test_people_leave_by_risk_and_not_by_the_acos_share_of_the_market():
    small, large = exits("20 %"), exits("60 %")
    # Published 16.0 and 21.6 %; of 3,000 people a year at each, with an error of 0.5 and 0.6 points.
    for found in (small, large):
        np.testing.assert_allclose(found, [0.160, 0.216], atol=0.02)
    np.testing.assert_allclose(small, large, atol=0.025)


def test_changes_follow_the_mean_share_that_people_see():
    made = newborn(10)
    providers = replace(
        made.providers,
        first_practice=np.array([0, 4, 6, 7]),
        market=np.array([0, 0, 0, 0, 1, 1, 2]),
        aco=np.array([0, 0, 1, -1, -1, -1, 2]),
        lives=np.array(
            [[10.0, 0.0], [20.0, 0.0], [8.0, 2.0], [60.0, 0.0], [5.0, 5.0], [1.0, 0.0], [9.0, 0.0]]
        ),
    )
    # Shares of 30 and 10 % seen by three and one of four people; no ACO; nothing but one.
    mean = (0.3 * 0.3 + 0.1 * 0.1) / 0.4
    assert changes_by_market(providers) == pytest.approx([1.0 / (1.0 - mean), 1.0, 4.0])


@pytest.fixture(scope="module")
def lived():
    """Return people after each year of a market's history, in which a twentieth attest a year."""
    made, seen = newborn(ROWS), []
    practices = made.untouched()._replace(attest=np.full(made.n_practices, 0.05))
    for year in range(made.first_lived, 2030):
        tally, _ = made.live(made.people, year, practices, None, 2)
        seen.append((copy_people(made.people), tally.care))
    return made, seen


def test_who_has_no_practice_is_seldom_seen_and_often_uses_nothing(lived):
    _, seen = lived
    (before, _), (after, _) = seen[-2:]
    both = (before.months == 12) & (after.months == 12)
    without = before.traits & NO_PRACTICE > 0
    assert without[both].mean() == pytest.approx(0.18, abs=0.04)
    visits = after.last_main_visits.astype(int) + after.last_other_visits
    assert (visits[both & without] > 0).mean() < 0.1
    assert (visits[both & ~without] > 0).mean() > 0.98
    none = (before.spend == 0) & both
    again, others = (after.spend[none] == 0).mean(), (after.spend[both & ~none] == 0).mean()
    assert again == pytest.approx(0.45, abs=0.10)
    assert others < 0.06
    assert without[none].mean() > 0.85


def test_the_traits_are_kept_for_life(lived):
    _, seen = lived
    first, last = seen[0][0], seen[-1][0]
    np.testing.assert_array_equal(first.traits & NO_PRACTICE, last.traits & NO_PRACTICE)


def test_people_aligned_voluntarily_are_sicker_and_dearer(lived):
    made, seen = lived
    sums = np.sum([care[: made.n_practices].sum(axis=0) for _, care in seen[-4:]], axis=0)
    spend, months = sums[:, Sum.SPEND].astype(float), sums[:, Sum.MONTHS]
    voluntary = spend[Cell.AD_VOLUNTARY :].sum() / months[Cell.AD_VOLUNTARY :].sum()
    claims = spend[: Cell.AD_VOLUNTARY].sum() / months[: Cell.AD_VOLUNTARY].sum()
    # Evidence: 1.25, with a standard deviation of 0.15.
    assert voluntary / claims == pytest.approx(1.25, abs=0.10)
    here = seen[-1][0].status == Status.ENROLLED
    assert here.sum() > 10_000
