"""The sentences that a run ends with."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from sim.cli.closing import (
    ERROR,
    cara_told,
    closing,
    falls_told,
    home_care_told,
    medicaid_told,
    print_closing,
)

DIMS = ("arm", "replicate", "aco", "year")


def data(**figures: float | list[float]) -> xr.Dataset:
    """Return two arms, two replicates, one ACO and two years; figures are the second arm's, each year's."""
    found = {}
    for name, values in figures.items():
        found[name] = (DIMS, np.zeros((2, 2, 1, 2)))
        found[name][1][1] = np.reshape(values, (-1, 1, 1))
    return xr.Dataset(found, {"arm": ["plain", "with"], "done": ("replicate", [1, 1])})


def home(saved: float | list[float]) -> xr.Dataset:
    return data(home_care_people=60, home_care_months=600, home_care_cost=90_000, home_care_saved=saved)


def test_whether_a_programme_pays_for_itself() -> None:
    assert home_care_told(home([59_400, 60_600]).sel(arm="with")) == (
        "The home-based programme of with has 60 ± 0 people a year. A month of it costs $150 ± 0 and saves"
        " $100 ± 1 of spending: it does not pay for itself (0 of 2 replicates say that it does)."
    )
    assert "it pays for itself (2 of 2" in home_care_told(home(120_000).sel(arm="with"))
    unsure = home_care_told(home([60_000, 140_000]).sel(arm="with"))
    assert "whether it pays for itself cannot be told (1 of 2" in unsure
    assert "adds $100 ± 0 of spending" in home_care_told(home(-60_000).sel(arm="with"))


def test_whom_medicaid_aligns() -> None:
    figures = {"medicaid_aligned_people": 20.0, "medicaid_aligned_months": 200.0, "full_dual_months": 800.0}
    (told,) = medicaid_told(data(**figures, dual_incentive=1e6))
    assert told == (
        "In with the Medicaid route aligns 20 ± 0 people a year, 25.0 ± 0.0 % of aligned people with full"
        " benefits; incentives for these come to $2.0 ± 0.0 million."
    )
    (told,) = medicaid_told(data(**figures, dual_incentive=0.0))
    assert told.endswith("with full benefits.")
    assert not list(medicaid_told(xr.Dataset()))


def test_what_falls_prevention_averts_and_costs() -> None:
    figures = {
        "falls_courses": 100.0,
        "falls_prevention_cost": 200_000.0,
        "falls_prevention_paid": 200_000.0,
        "fall_spending_averted": [70_000.0, 90_000.0],
        "fall_stays_averted": [1.0, 3.0],
        "fall_ed_visits_averted": 0.0,
    }
    told, who = falls_told(data(**figures))
    assert told == (
        "In with 200 ± 0 people have a course of falls prevention, for $400,000 ± 0 in all. It averts 4 ± 2"
        " admissions and 0 ± 0 ED visits for falls: $160,000 ± 20,000 less spending, 40 ± 5 cents for each"
        " dollar of its cost."
    )
    assert who == "Falls prevention is paid by the ACOs in with."
    both = data(**figures).sel(arm=["with", "with"]).assign_coords(arm=["one", "other"])
    for paid, payer in ((0.0, "Medicare"), (1_000.0, "the ACOs and Medicare")):
        both["falls_prevention_paid"][1] = paid
        alike, who = falls_told(both)
        assert alike.startswith("In one and other 200 ± 0 people")
        assert who == f"Falls prevention is paid by the ACOs in one and {payer} in other."
    assert not list(falls_told(xr.Dataset()))


def contracts(**figures: float | list[float]) -> xr.Dataset:
    made = data(cara_payments=[1e6, -5e5], **figures)
    made["cara_contracts"] = (("arm", *DIMS[1:], "episode"), np.zeros((2, 2, 1, 2, 1)))
    made["cara_contracts"][1] = 2.0
    return made


def test_what_contracts_pay_how_much_is_luck_and_whether_care_changes() -> None:
    assert not list(cara_told(xr.Dataset()))
    pay, care = cara_told(contracts(gross_savings=1.0, true_savings=0.0))
    assert pay == (
        "All years together specialists are paid, less what they owe, $0.5 ± 1.5 million in with; by luck a"
        " single year's payments stray by $750,000 in with."
    )
    assert care == "Care is the same as in plain: no contract changes it."
    made = contracts(gross_savings=1.0, true_savings=[-2e6, -4e6])
    assert list(cara_told(made))[1] == (
        "Contracts change care: against plain true savings change by -$6.0 ± 2.0 million in with."
    )
    made["gross_savings"] = made["gross_savings"].where(made["arm"] == "with")
    (pay,) = cara_told(made)
    assert "luck" not in next(cara_told(made.isel(replicate=[0])))


def test_first_what_is_best_and_then_what_single_terms_bring() -> None:
    made = home(120_000).assign(gross_savings=(DIMS, np.full((2, 2, 1, 2), np.nan)))
    first, then = closing(made)
    assert first == "No ACO is settled by a program in any arm: the run shows what care costs, and no choice."
    assert "(2 of 2 replicates" in then
    made["done"][1] = 0
    assert "(1 of 1 replicates" in closing(made)[1]
    made["done"][0] = 0
    assert closing(made) == []


@pytest.mark.parametrize(
    ("sentences", "shown"),
    [
        (["[a] $1"], f"In short\n- [a] $1\n{ERROR}\n"),
        (["[a] nothing"], "In short\n- [a] nothing\n"),
        ([], ""),
    ],
)
def test_it_is_printed_as_it_is(sentences: list[str], shown: str) -> None:
    print_closing(sentences, console := Console(file=io.StringIO(), width=100))
    assert console.file.getvalue() == shown
