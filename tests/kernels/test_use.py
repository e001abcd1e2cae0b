"""Use of care, parts of spending, episodes and quality counts hold together."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import newborn

from sim.behaviour.effect import MOST_LEFT
from sim.kernels.codes import Episode, EpisodeSum, Listed, ReferredSum, Sum
from sim.kernels.referral import MOST_EPISODES
from sim.kernels.tally import Asked
from sim.population.habits import MOST

ROWS = 60_000


@pytest.fixture(scope="module")
def lived():
    """Return the sums and episodes of three years of a market's people."""
    made = newborn(ROWS)
    first = made.first_lived
    found = []
    for year in range(first, first + 3):
        tally, _ = made.live(made.people, year, made.untouched(), None, 1)
        found.append((tally.care, tally.episodes))
    return made, found


def test_parts_of_spending_do_not_exceed_it(lived):
    for sums, _ in lived[1]:
        by_place = sums.sum(axis=1)
        parts = by_place[..., [Sum.EVENT, Sum.PROCEDURES, Sum.BASE_DRUG]].sum(axis=-1)
        assert (parts <= by_place[..., Sum.SPEND]).all()
        after = by_place[..., Sum.EVENT_SNF] + by_place[..., Sum.EVENT_HOSPICE]
        assert (after <= by_place[..., Sum.EVENT]).all()
        assert after.sum() > 0


def test_events_within_events(lived):
    for sums, _ in lived[1]:
        for part, whole in (
            (Sum.READMISSIONS, Sum.STAYS),
            (Sum.FALL_STAYS, Sum.STAYS),
            (Sum.COMPLEX_STAYS, Sum.STAYS),
            (Sum.COMPLEX_MONTHS, Sum.MONTHS),
            (Sum.FALL_ED_VISITS, Sum.ED_VISITS),
            (Sum.FOLLOW_UPS_MADE, Sum.FOLLOW_UPS_DUE),
            (Sum.GLYCEMIC_POOR, Sum.DIABETES),
            (Sum.PRESSURE_CONTROLLED, Sum.HYPERTENSION),
            (Sum.HYPERTENSION, Sum.PERSONS),
        ):
            inside, outside = (sums[..., one].sum(axis=1) for one in (part, whole))
            assert (inside <= outside).all()
            assert 0 < inside.sum() < outside.sum()


def test_every_kind_of_episode_is_triggered_in_a_month_and_a_setting(lived):
    chronic = [Episode.HF_CHRONIC, Episode.DIABETES_CHRONIC, Episode.RHEUMATOID_ARTHRITIS]
    total = sum(episodes.sum(axis=0) for _, episodes in lived[1])
    count, cost, inpatient, month = total.T
    assert (count > 0).all()
    assert (cost > 0).all()
    assert not month[chronic].any()
    acute = np.setdiff1d(np.arange(len(Episode)), chronic)
    mean = month[acute] / count[acute]
    assert ((mean > 4.0) & (mean < 9.0)).all()
    for kind in (Episode.SEPSIS, Episode.HIP_FRACTURE, Episode.CABG):
        assert inpatient[kind] == count[kind]
    for kind in (Episode.CATARACT, Episode.LOW_BACK_PAIN):
        assert inpatient[kind] == 0
    assert 0 < inpatient[Episode.PCI] < count[Episode.PCI]


def test_episodes_at_a_practice_are_of_people_aligned_to_it(lived):
    for sums, episodes in lived[1]:
        empty = sums[..., Sum.PERSONS].sum(axis=1) == 0
        assert not episodes[empty].any()
        assert (episodes[..., EpisodeSum.INPATIENT] <= episodes[..., EpisodeSum.COUNT]).all()


def test_pressure_and_sugar_are_as_good_as_the_evidence_says(lived):
    made, found = lived
    total = sum(sums.sum(axis=(0, 1)) for sums, _ in found)
    # By place: that of practices is their own; people aligned to none are as their usual practice is.
    lives = made.providers.lives.sum(axis=1)
    for (part, whole), habit, tolerance in (
        ((Sum.PRESSURE_CONTROLLED, Sum.HYPERTENSION), "pressure_controlled", 0.01),
        ((Sum.GLYCEMIC_POOR, Sum.DIABETES), "glycemic_poor", 0.01),
        ((Sum.FOLLOW_UPS_MADE, Sum.FOLLOW_UPS_DUE), "follow_up", 0.04),
    ):
        expected = getattr(made.providers.habits, habit) @ lives / lives.sum()
        assert total[part] / total[whole] == pytest.approx(expected, abs=tolerance)


def test_episodes_by_specialist_are_all_of_them_however_often_a_factor_lets_events_come():
    """Habits, effects and answers multiply: a person has dozens of episodes then, and each is counted."""
    made = newborn(3_000)
    often = made.untouched()
    some = np.full(made.n_practices, MOST_LEFT)
    answers = np.full((made.n_practices, *made.no_answers().shape[1:]), MOST_LEFT)
    often = often._replace(stays=some, stays_spill=some, high_needs_stays=some, answers=answers)
    often = often._replace(home_effect=some, home_last_effect=some, home_care=some / MOST_LEFT)
    often = often._replace(stays_habit=np.full(made.n_practices, MOST))
    listed = Asked(referred=True, served=True, listed=(0xFFFF,) * made.n_practices)
    most = 0
    for year in range(made.first_lived, made.first_lived + 4):
        tally, _ = made.live(made.people, year, often, None, 1, asked=listed)
        counted = tally.referred[..., ReferredSum.COUNT].sum(axis=(0, 1, 3))
        np.testing.assert_array_equal(counted, tally.episodes[..., EpisodeSum.COUNT].sum(axis=0))
        if len(tally.listed):
            most = max(most, int(np.bincount(tally.listed[:, Listed.ROW]).max()))
    assert 20 < most <= MOST_EPISODES
    # A procedure, three chronic kinds, and an event in a programme at the most that all factors may be.
    assert MOST_EPISODES >= MOST_LEFT + 3 + MOST_LEFT**3 * MOST
