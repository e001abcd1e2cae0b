"""Which of a person's episodes count under CARA, and at what cost."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.codes import DIED_AT_ONCE, LEFT_BEFORE_END, WITH_ESRD
from sim.policy.cara_episodes import ACUTE, CHRONIC, PROCEDURAL, dropped, goes_first, without_outliers

CLASSES = [PROCEDURAL, ACUTE, CHRONIC]


def test_each_reason_drops_the_classes_it_is_for():
    for bit, name, which in (
        (LEFT_BEFORE_END, "left", CLASSES),
        (DIED_AT_ONCE, "died", [PROCEDURAL, ACUTE]),
        (WITH_ESRD, "esrd", [PROCEDURAL]),
    ):
        flags = dict.fromkeys(("left", "died", "esrd"), False)
        assert not dropped(np.full(3, bit), CLASSES, **flags).any()
        found = dropped(np.full(3, bit), CLASSES, **(flags | {name: True}))
        assert found.tolist() == [one in which for one in CLASSES]
        others = dropped(np.full(3, 7 - bit), CLASSES, **(flags | {name: True}))
        assert not others.any()


def test_outliers_are_left_out_and_chronic_ones_cut_off():
    cost, kept = without_outliers(
        [40.0, 50.0, 200.0, 201.0, 1.0, 900.0],
        100.0,
        [PROCEDURAL, ACUTE, PROCEDURAL, ACUTE, CHRONIC, CHRONIC],
        low=0.5,
        high=2.0,
    )
    assert kept.tolist() == [False, True, True, False, True, True]
    assert cost[kept].tolist() == [50.0, 200.0, 1.0, 200.0]


def touch(one, other):
    (_, _, month, before, after), (_, _, others, others_before, others_after) = one, other
    if month == 0 or others == 0:
        return True
    apart = month - others
    return abs(apart) < (others_after + before if apart >= 0 else after + others_before)


def by_hand(episodes):
    """Return which go first, one person after another, each episode against those that stand."""
    first = [False] * len(episodes)
    for who in {episode[0] for episode in episodes}:
        mine = sorted(
            (place for place, episode in enumerate(episodes) if episode[0] == who),
            key=lambda place: (episodes[place][1], episodes[place][2], place),
        )
        stand: list[int] = []
        for place in mine:
            if not any(touch(episodes[place], episodes[other]) for other in stand):
                stand.append(place)
                first[place] = True
    return first


EPISODE = st.tuples(
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 12),
    st.sampled_from([0.0, 1.0, 2.0]),
    st.sampled_from([0.5, 1.0, 3.0]),
)


@given(st.lists(EPISODE, max_size=12))
def test_a_procedure_goes_before_a_stay_before_a_condition_then_the_earlier(episodes):
    who, of_class, month, before, after = np.array(episodes, float).reshape(-1, 5).T
    found = goes_first(who.astype(int), of_class.astype(int), month.astype(int), before=before, after=after)
    assert found.tolist() == by_hand(episodes)


def test_what_gives_way_takes_no_others_place():
    # A procedure in May, a stay in July within its three months, another in September within the stay's.
    found = goes_first([1, 1, 1], [0, 1, 1], [5, 7, 9], before=np.zeros(3), after=np.full(3, 3.0))
    assert found.tolist() == [True, False, True]
