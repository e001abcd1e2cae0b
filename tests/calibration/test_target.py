"""A target: met within its tolerance, with other seeds too."""

from __future__ import annotations

import pytest

from sim.calibration.target import Target, averaged, beside, table


def test_a_target_is_met_within_its_tolerance():
    assert Target("x", 10.0, 1.0, 11.0, "1", "s").ok
    assert not Target("x", 10.0, 1.0, 11.01, "1", "s").ok
    assert Target("x", 10.0, 2.0, 7.0, "1", "s").deviation == -1.5
    assert "**miss**" in table([Target("x", 10.0, 1.0, 12.0, "1", "s")])


def test_a_target_must_hold_with_other_seeds_too():
    own, other = Target("x", 10.0, 1.0, 10.5, "1", "s"), Target("x", 10.0, 1.0, 11.5, "1", "s")
    assert averaged([[own], [other]])[0].simulated == 11.0
    assert not beside([own], [other])[0].ok
    # A value that is itself simulated is another nation's: what counts is how far it went from there.
    assert beside([own], [Target("x", 11.0, 1.0, 11.2, "1", "s")])[0].held_out == pytest.approx(10.2)


def test_a_required_target_holds_by_the_mean_of_the_other_seeds():
    assert Target("x", 10.0, 2.0, 13.0, "1", "s", held_out=11.0).holds
    assert not Target("x", 10.0, 2.0, 11.0, "1", "s", held_out=13.0).holds
    assert not Target("x", 10.0, 2.0, 13.0, "1", "s").holds
