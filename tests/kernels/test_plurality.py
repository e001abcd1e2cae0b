"""Claims-based alignment against a reference that spells the rule out."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.alignment import plurality

RECENT, OLDER = Fraction(2, 3), Fraction(1, 3)
practice = st.integers(-1, 4)
visits = st.integers(0, 12)
four = st.tuples(practice, practice, practice, practice)
counts = st.tuples(visits, visits, visits, visits)


def reference(practices, visits):
    """Return who has most, by exact arithmetic; of equals the one listed first, that is seen last."""
    totals = {}
    for seen, count, weight in zip(practices, visits, (RECENT, RECENT, OLDER, OLDER), strict=True):
        if seen >= 0 and count > 0:
            totals[seen] = totals.get(seen, 0) + weight * count
    return max(totals, key=totals.get, default=-1)


@settings(deadline=None)
@given(four, counts)
def test_the_plurality_of_weighted_visits(practices, visits):
    # The kernel's rows never have visits without a practice.
    visits = tuple(count if seen >= 0 else 0 for seen, count in zip(practices, visits, strict=True))
    assert plurality(practices, visits, float(RECENT), float(OLDER)) == reference(practices, visits)


@settings(deadline=None)
@given(st.integers(1, 12))
def test_ties_go_to_the_most_recent(count):
    weights = (float(RECENT), float(OLDER))
    assert plurality((1, 2, -1, -1), (count, count, 0, 0), *weights) == 1
    assert plurality((1, -1, 2, -1), (count, 0, 2 * count, 0), *weights) == 1
    assert plurality((-1, 1, 2, 3), (0, count, count, count), *weights) == 1
    assert plurality((-1, -1, 3, 2), (0, 0, count, count), *weights) == 3


def test_nobody_seen_is_nobody():
    assert plurality((3, 2, 1, 0), (0, 0, 0, 0), 2 / 3, 1 / 3) == -1
