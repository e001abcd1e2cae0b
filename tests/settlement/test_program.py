"""What a program is shown: the nation of a list of TINs, and when two lists are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import PARTICIPANTS, PRACTICE_ACO, history

from sim.settlement.program import cents

YEAR = 2030
# As many years on, sums of other people.
REFERENCE = {YEAR: history()[YEAR + 1]}


@pytest.mark.parametrize(
    ("observe", "per_head"),
    [("observe", "national_pbpm"), ("observe_types", "national_per_capita")],
)
def test_nobody_of_the_nation_takes_part_unless_it_is_said(observe, per_head):
    """The nation is then the reference arm's people, whatever the arm's own do; without one it is these."""

    def nation(participants, lived=None):
        seen = getattr(participants, observe)(lived or history(), YEAR)
        return getattr(seen, per_head)

    apart = replace(PARTICIPANTS, nation=REFERENCE)
    np.testing.assert_array_equal(nation(apart), nation(PARTICIPANTS, REFERENCE))
    assert (nation(apart) != nation(PARTICIPANTS)).all()
    moved = nation(replace(apart, taking_part=0.1))
    assert (moved != nation(apart)).all()
    assert (moved != nation(PARTICIPANTS)).all()


def test_lists_of_the_same_tins_and_markets_are_the_same():
    assert replace(PARTICIPANTS, practice_aco=PRACTICE_ACO.copy()).key == PARTICIPANTS.key
    assert replace(PARTICIPANTS, practice_aco=PRACTICE_ACO[::-1].copy()).key != PARTICIPANTS.key
    assert replace(PARTICIPANTS, aco_market=np.array([0, 1, 1])).key != PARTICIPANTS.key
    assert len(PARTICIPANTS) == 3


def test_dollars_are_rounded_to_cents():
    assert cents(np.array([1.0, -2.014, 0.006])).tolist() == [100, -201, 1]
