"""The sentences that a run ends with."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from sim.cli.answer import ERROR, answer, dollars, print_answer

DIMS = ("arm", "replicate", "aco", "year")
SCENARIO = """
[arms.none]
description = ""
[arms.lead]
description = "LEAD, Global"
[arms.mssp]
description = ""
[arms.dream]
description = ""
evidence = { effect = { scale = 2 } }
"""


def data(arms: dict[str, list[list[float]]], **changed: np.ndarray) -> xr.Dataset:
    """Return arms of one year, each given as ACOs' cash by replicate in million dollars."""
    cash = np.array(list(arms.values()))[..., None] * 1e6
    settled = np.where(np.array([arm != "none" for arm in arms])[:, None, None, None], 1.0, np.nan)
    of_acos = {
        "aco_cash_change": cash,
        "distributions": np.zeros_like(cash),
        "gross_savings": settled * cash,
        "benchmark": settled * np.full_like(cash, 100e6),
        "settlement": settled * cash,
    } | {name: values for name, values in changed.items() if name != "medicare_net_cost"}
    found = {name: (DIMS, values) for name, values in of_acos.items()}
    found["true_savings"] = (DIMS, 0.0 * cash)
    found["medicare_net_cost"] = (("arm", "replicate", "year"), changed.get("medicare_net_cost", cash.sum(2)))
    found["done"] = ("replicate", np.ones(cash.shape[1], np.int8))
    coords = {"arm": list(arms), "aco": [f"aco-{place}" for place in range(cash.shape[2])]}
    return xr.Dataset(found, coords, {"reference_arm": "none", "scenario": SCENARIO})


def test_the_best_choice_is_told_with_its_error_and_its_chances() -> None:
    made = data({"none": [[0.0]] * 4, "mssp": [[1.0]] * 4, "lead": [[3.0], [5.0], [3.0], [-1.0]]})
    best, compared, medicare = answer(made)
    assert best.startswith(
        "Of 2 choices lead (LEAD, Global) is best: it leaves aco-0 $2.5 ± 1.3 million a year better"
    )
    assert "which may be chance" in best
    assert "owes Medicare for a year is 25 ± 25 %, that it loses money in that one year 25 ± 25 %." in best
    assert compared == "4 replicates do not tell it apart from mssp ($1.5 ± 1.3 million a year behind)."
    assert medicare == (
        "Medicare pays $2.5 ± 1.3 million a year more than in none where lead is chosen; it pays least in"
        " mssp, $1.0 ± 0.0 million a year more than in none."
    )


def test_what_is_surely_worse_is_told_apart_from_what_may_be_and_from_what_is_the_same() -> None:
    made = data(
        {"mssp": [[3.0], [5.0], [4.0]], "lead": [[3.0], [5.0], [4.0]], "third": [[1.0], [3.1], [2.0]]}
    )
    compared = answer(made.assign_attrs(reference_arm="mssp"))[1]
    assert compared == "The same to the cent in lead; less is left by $2.0 ± 0.0 million a year in third."


def test_nothing_that_pays_is_said_to_be_best_unless_it_may_be_chance() -> None:
    sure = data({"lead": [[-2.0], [-2.1]], "mssp": [[-3.0], [-3.2]]})
    assert answer(sure)[0].startswith(
        "None of 2 choices pays. Least is lost in lead (LEAD, Global): it leaves"
    )
    unsure = data({"lead": [[-2.0], [1.9]], "mssp": [[-3.0], [-3.2]]})
    assert answer(unsure)[0].startswith("Of 2 choices lead (LEAD, Global) is best")


def test_money_for_practices_is_not_taken_off() -> None:
    given = np.full((1, 2, 1, 1), 3e6)
    best = answer(data({"lead": [[-1.0], [-1.0]]}, distributions=given))[0]
    assert best.startswith("lead (LEAD, Global) leaves aco-0 $2.0 ± 0.0 million a year better off")
    assert "$3.0 ± 0.0 million a year for practices is not" in best


def test_a_world_of_other_evidence_is_nobodys_choice() -> None:
    made = data({"lead": [[1.0], [1.0]], "dream": [[9.0], [9.0]]})
    told = answer(made)
    assert told[0].startswith("lead (LEAD, Global) leaves aco-0 $1.0")
    assert told[1] == (
        "With other rules or evidence an ACO is left in dream $8.0 ± 0.0 million a year more than in lead."
    )
    # Where every arm has its own, they are compared all the same.
    assert answer(made.sel(arm=["dream"]))[0].startswith("dream leaves aco-0 $9.0")


def test_of_several_acos_each_has_its_own_best() -> None:
    made = data({"lead": [[4.0, -1.0]] * 2, "mssp": [[1.0, 1.0]] * 2})
    best, _, by_aco, _ = answer(made)
    assert "it leaves each of 2 ACOs $1.5 ± 0.0 million" in best
    assert "an ACO owes Medicare for a year is 50 ± 0 %" in best
    assert (
        by_aco == "On average 2 of 2 ACOs gain by what is best for them, which is lead for 1 and mssp for 1."
    )


def test_one_replicate_has_no_error() -> None:
    best, compared, _ = answer(data({"lead": [[4.0]], "mssp": [[1.0]]}))
    assert "±" not in best
    assert compared == "One replicate does not tell it apart from mssp ($3.0 million a year behind)."


def test_an_aco_that_is_out_for_a_year_counts_as_without_money() -> None:
    made = data({"lead": [[4.0, 2.0]] * 2})
    for name in ("aco_cash_change", "gross_savings", "benchmark", "settlement"):
        made[name][:, :, 1] = np.nan
    assert "each of 2 ACOs $2.0 ± 0.0 million" in answer(made)[0]


@pytest.mark.parametrize("arms", [{"none": [[0.0]] * 2}, {"none": [[0.0]]}])
def test_without_a_program_nothing_is_chosen(arms: dict[str, list[list[float]]]) -> None:
    assert answer(data(arms)) == [
        "No ACO is settled by a program in any arm: the run shows what care costs, and no choice."
    ]


def test_what_is_not_complete_is_left_out() -> None:
    made = data({"lead": [[4.0], [-8.0]]})
    made["done"][1] = 0
    assert "$4.0 million" in answer(made)[0]
    made["done"][0] = 0
    assert answer(made) == []


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.24e6, 1.24e6], "$1.2 ± 0.0 million"),
        ([-29_430.0, -29_430.0], "$29,400 ± 0"),
        ([0.0, 4e6], "$2.0 ± 2.0 million"),
        ([640.0], "$600"),
    ],
)
def test_amounts(values: list[float], shown: str) -> None:
    assert dollars(np.array(values)) == shown


def test_it_is_printed_as_it_is() -> None:
    text = io.StringIO()
    print_answer(["[a] $1"], Console(file=text, width=100))
    assert text.getvalue() == f"In short\n  [a] $1\n  {ERROR}\n"
    print_answer(["[a] nothing"], plain := Console(file=io.StringIO()))
    assert plain.file.getvalue() == "In short\n  [a] nothing\n"
    print_answer([], console := Console(file=io.StringIO()))
    assert console.file.getvalue() == ""
