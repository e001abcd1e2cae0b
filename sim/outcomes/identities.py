"""What result variables must add up to, to the cent, in every arm, replicate, ACO and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.outcomes.benefit_variables import PAID_FOR_PEOPLE
from sim.outcomes.bridge_variables import TO_GROSS_SAVINGS, TO_SHARED_SAVINGS

_CENTS = 100.0
_TOLD = 5

# What Medicare pays beyond claims: ACOs, specialists under CARA, and falls prevention.
_PAID = (
    "settlement",
    "admin_add_on",
    "high_performers_pool",
    "base_pcc",
    "tcc",
    "npcc",
    "advances_settled",
    "unpaid_debt",
    "cara_settled",
    "cara_payments",
    "falls_prevention_medicare",
    "dual_incentive",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity: a variable is the sum of others, over the dims it has not.

    Attributes
    ----------
    label : str
    total : str
    plus, minus : tuple of str
    """

    label: str
    total: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


IDENTITIES = (
    Identity(
        "Savings against the benchmark",
        "gross_savings",
        ("benchmark", "bridge_cara", "bridge_falls"),
        ("expenditure",),
    ),
    Identity("Bridge from true savings", "gross_savings", ("true_savings", *TO_GROSS_SAVINGS)),
    Identity("Bridge to shared savings", "shared_savings", ("gross_savings", *TO_SHARED_SAVINGS)),
    Identity("Settlement after sequestration", "settlement", ("shared_savings",), ("sequestration",)),
    Identity("Capitation in place of claims", "bridge_capitation", ("claims_replaced",), ("capitation",)),
    Identity("Stop-loss", "bridge_stop_loss", ("stop_loss_payout",), ("stop_loss_charge",)),
    Identity(
        "Quality withhold earned back or not", "quality_withhold", ("quality_earned",), ("bridge_quality",)
    ),
    Identity("High Performers Pool", "pool_of_others", ("high_performers_pool",), ("pool_funded",)),
    Identity("Episode arrangements", "cara_payments", (), ("bridge_cara", "cara_settled")),
    Identity("CARA by kind of episode", "cara_payments", ("cara_paid",), ("cara_collected",)),
    Identity(
        "Gain by capitation",
        "capitation_gain",
        ("base_pcc", "tcc", "npcc", "advances_settled"),
        ("provider_payments",),
    ),
    Identity(
        "Change in the ACO's cash",
        "aco_cash_change",
        (
            "settlement",
            "admin_add_on",
            "high_performers_pool",
            "capitation_gain",
            "cara_settled",
            "guarantee_called",
            "unpaid_debt",
            "dual_incentive",
        ),
        (
            "care_management_cost",
            "home_care_cost",
            "distributions",
            "enhanced_passed_on",
            *PAID_FOR_PEOPLE,
        ),
    ),
    Identity(
        "Income of practices",
        "practice_income",
        ("practice_fees", "practice_payments", "distributions", "enhanced_passed_on"),
    ),
    Identity(
        "Cost of falls prevention",
        "falls_prevention_cost",
        ("falls_prevention_paid", "falls_prevention_medicare"),
    ),
    Identity("Medicare outlay", "medicare_outlay", ("ffs_payments", *_PAID)),
)
NET = "Medicare's net cost is what all others gain"


@dataclass(frozen=True, slots=True)
class Checked:
    """How an identity holds.

    Attributes
    ----------
    label : str
    values : int
        How many were checked.
    broken : tuple of str
        Where it does not hold, each with what is left over; the first few.
    n_broken : int
    """

    label: str
    values: int
    broken: tuple[str, ...]
    n_broken: int


def check_identities(data: xr.Dataset) -> list[Checked]:
    """Return how each identity holds, of those of which anything is recorded.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it, loaded; money in dollars.
    """
    found = []
    for one in IDENTITIES:
        total = _cents(data, one.total)
        if not total.notnull().any():
            continue
        parts = sum((_over(_cents(data, name), total) for name in one.plus), xr.zeros_like(total))
        parts -= sum((_over(_cents(data, name), total) for name in one.minus), xr.zeros_like(total))
        found.append(_checked(one.label, total, total - parts))
    net = _cents(data, "medicare_net_cost")
    gained = sum((_over(_cents(data, name), net) for name in _PAID), _cents(data, "ffs_payments"))
    without = gained.sel(arm=data.attrs["reference_arm"])
    found.append(_checked(NET, net, net - (gained - without)))
    return found


def _cents(data: xr.Dataset, name: str) -> xr.DataArray:
    rounded: xr.DataArray = (data[name] * _CENTS).round()
    return rounded


def _over(values: xr.DataArray, total: xr.DataArray) -> xr.DataArray:
    """Return values summed over the dims that `total` has not; what was not written adds nothing."""
    return values.fillna(0.0).sum([dim for dim in values.dims if dim not in total.dims])


def _checked(label: str, total: xr.DataArray, left: xr.DataArray) -> Checked:
    left = left.where(total.notnull())
    where = np.argwhere((left.fillna(0.0) != 0.0).values)
    told = []
    for place in where[:_TOLD].tolist():
        one = left.isel(dict(zip(left.dims, place, strict=True)))
        labels = [
            f"{dim} {one[dim].item() if dim in one.coords else at}"
            for dim, at in zip(left.dims, place, strict=True)
        ]
        told.append(f"{', '.join(labels)}: {float(one) / _CENTS:,.2f} USD left over")
    return Checked(label, int(total.notnull().sum()), tuple(told), len(where))
