"""What a choice comes to: closed forms of every figure, on results made by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from decided import THREE, results
from hypothesis import given
from hypothesis import strategies as st

from sim.evaluation.decision import Outcome, difference, outcomes_of, plain, ranked, tail_mean, told_apart
from sim.evaluation.performance import Figure
from sim.inputs.faults import InputError
from sim.outcomes.error import quantile_error


def outcomes(cash: dict[str, Any] | None = None, **changed: Any) -> dict[str, Outcome]:
    return {one.arm: one for one in outcomes_of(results(cash or THREE, **changed), "a", {"mssp": "stays"})}


def test_cash_is_that_of_all_years_with_its_errors() -> None:
    lead = outcomes()["lead_global"]
    np.testing.assert_allclose(lead.cash, np.array([10, -8, 4, 2]) * 1e6)
    assert lead.mean.value == pytest.approx(2e6)
    assert lead.mean.error == pytest.approx(np.std(lead.cash, ddof=1) / 2)
    assert lead.median == Figure(pytest.approx(3e6), pytest.approx(quantile_error(lead.cash, 0.5)))
    assert lead.low.value == pytest.approx(np.quantile(lead.cash, 0.1))
    assert lead.per_person_year.value == pytest.approx(8e6 / (4 * 2 * 1000))
    assert lead.percent.value == pytest.approx(100 * 8 / 800)
    assert (lead.loss.value, lead.loss.error) == (0.25, pytest.approx(0.25))
    assert lead.owes.value == 0.25


def test_what_is_distributed_was_left_to_the_practices() -> None:
    shared = np.full((3, 4, 1, 2), 1e6)
    found = outcomes(distributions=shared)
    assert found["mssp"].mean.value == pytest.approx(4e6)


def test_regret_is_against_the_best_of_the_same_replicate() -> None:
    found = outcomes()
    np.testing.assert_allclose(
        [found[arm].regret.value for arm in THREE], [np.mean([10, 2, 4, 2]) * 1e6, 2.5e6, 2.5e6]
    )
    # In the last replicate two are best alike.
    assert [found[arm].best.value for arm in THREE] == [0.0, 0.75, 0.5]


def test_debts_beyond_the_guarantee_count_in_lead_alone() -> None:
    found = outcomes()
    assert found["lead_global"].beyond_guarantee == Figure(0.25, pytest.approx(0.25))
    assert found["mssp"].beyond_guarantee is None
    assert found["neither"].beyond_guarantee is None
    assert math.isnan(found["neither"].owes.value)
    small = outcomes({**THREE, "lead_global": [[4, 6], [-4, -3], [2, 2], [1, 1]]})
    assert small["lead_global"].beyond_guarantee == Figure(0.0, 0.0)


def test_the_lowest_month_and_its_year() -> None:
    found = outcomes()
    assert found["lead_global"].lowest.value == pytest.approx(np.mean([4, -8, 2, 1]) * 1e6)
    assert found["lead_global"].lowest_year == 2027
    assert found["mssp"].lowest_year is None
    low = results(THREE)["cash_low_point"].values
    low[1, :, 0, 1] = -9e6
    assert outcomes(cash_low_point=low)["lead_global"].lowest_year == 2028


def test_designations_are_of_lead_and_who_has_too_few_people_is_told() -> None:
    meets = results(THREE)["meets_minimum"].values
    meets[1, 0, 0, 1] = 0.0
    found = outcomes(meets_minimum=meets)
    shares = {name: one.value for name, one in found["lead_global"].designations.items()}
    assert shares == {"higher_spending": 1.0, "newly_entering": 0.0}
    assert found["lead_global"].out == Figure(0.125, pytest.approx(0.125))
    assert not found["mssp"].designations
    assert math.isnan(found["neither"].out.value)


def test_one_replicate_has_figures_and_no_errors() -> None:
    one = outcomes({arm: rows[:1] for arm, rows in THREE.items()})["lead_global"]
    assert one.mean.value == 10e6
    told = one.as_dict()
    assert told["mean"] == {"value": 10e6, "error": None}
    assert plain(one.tail)["error"] is None
    assert not told_apart(one.mean)


def test_incomplete_replicates_are_left_out() -> None:
    data = results(THREE).assign_coords(done=("replicate", [True, False, True, True]))
    lead = outcomes_of(data, "a", {})[1]
    np.testing.assert_allclose(lead.cash, np.array([10, 4, 2]) * 1e6)


def test_choices_are_ranked_by_what_is_asked_for() -> None:
    found = list(outcomes().values())
    # Alike in the mean; the order of the arms decides.
    assert [one.arm for one in ranked(found)] == ["lead_global", "mssp", "neither"]
    assert ranked(found, "loss")[-1].arm == "lead_global"
    assert ranked(found, "tail")[0].arm == "mssp"
    assert ranked(found, "median")[0].arm == "lead_global"
    with pytest.raises(InputError, match="regret"):
        ranked(found, "regrets")


def test_differences_are_paired() -> None:
    one, other = np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0])
    assert difference(one, other) == Figure(1.0, 0.0)
    assert told_apart(Figure(1.0, 0.5))
    assert not told_apart(Figure(1.0, 0.51))
    assert not told_apart(Figure(0.0, 0.0))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60), st.sampled_from([0.05, 0.1, 0.25, 1.0]))
def test_the_mean_of_the_tail_is_that_of_so_many_copies(values: list[float], share: float) -> None:
    """A hundred copies of each value have whole numbers of values in the tail."""
    copies = np.sort(np.repeat(values, 100))
    wanted = copies[: round(share * copies.size)].mean()
    assert tail_mean(np.array(values), share).value == pytest.approx(wanted, abs=1e-9)


def test_the_error_of_the_tail_is_the_spread_between_samples() -> None:
    draws = np.random.default_rng(7).normal(size=(2000, 200))
    found = [tail_mean(sample) for sample in draws]
    spread = np.std([one.value for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.1)
    assert np.mean([one.value for one in found]) == pytest.approx(-1.755, abs=0.03)
    assert math.isnan(tail_mean(draws[0, :19]).error)
    assert not math.isnan(tail_mean(draws[0, :20]).error)
