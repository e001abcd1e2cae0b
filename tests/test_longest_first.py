"""Long tests come first for each process, and none is lost."""

from __future__ import annotations

import pytest
from longest_first import dealt

LONG = {"c": 30.0, "g": 100.0, "h": 50.0}


@pytest.mark.parametrize("processes", [1, 2, 3, 8, 20])
def test_every_test_is_dealt_once(processes):
    tests = list("abcdefgh")
    assert sorted(dealt(tests, lambda one: LONG.get(one, 0.0), processes)) == tests


def test_each_of_two_begins_with_every_second_of_the_long_ones():
    assert dealt("abcdefgh", lambda one: LONG.get(one, 0.0), 2) == [*"gcab", *"hdef"]
    assert dealt("abcdefghi", lambda one: LONG.get(one, 0.0), 2) == [*"gcab", *"hdefi"]


def test_others_keep_their_order():
    assert dealt("abcdefgh", lambda one: LONG.get(one, 0.0), 1) == list("ghcabdef")
    assert dealt("abcdefgh", lambda _: 0.0, 2) == list("abcdefgh")
