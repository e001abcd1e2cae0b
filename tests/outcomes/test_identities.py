"""Identities of the result variables: they hold in a run, and a cent too many is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import capitated_arms
import cara_arms
import numpy as np
import offered_arms
import program_arms
import protected_arms
import provider_arms
import pytest
import served_arms
import xarray as xr
from little_world import results, scenario

from sim.outcomes.identities import IDENTITIES, NET, check_identities
from sim.outcomes.registry import BY_NAME
from sim.replicate import coordinates
from sim.scenarios import Scenario

BOOKS = "Income of practices"
# Books of providers are kept only where a study asks for them.
LABELS = [*(one.label for one in IDENTITIES if one.label != BOOKS), NET]


def as_read(scenario: Scenario, results: Mapping[str, Any]) -> xr.Dataset:
    """Return results as a store's reader has them, one replicate."""
    found = {}
    for name, values in results.items():
        variable = BY_NAME[name]
        fill = variable.fill_value
        numbers = np.where(np.isnan(values) if values.dtype.kind == "f" else values == fill, np.nan, values)
        scale = 0.01 if variable.dtype == "money" else 1.0
        found[name] = (("arm", *variable.dims), numbers * scale)
    labels = {key: value for key, value in coordinates(scenario).items() if not isinstance(value, tuple)}
    data = xr.Dataset(found, coords=labels, attrs={"reference_arm": "no_aco"})
    return data.expand_dims("replicate", axis=1)


@cache
def _made() -> xr.Dataset:
    return as_read(scenario(), results())


def data() -> xr.Dataset:
    return _made().copy(deep=True)


def test_all_hold_in_a_run():
    found = check_identities(data())
    assert [one.label for one in found] == LABELS
    assert all(one.n_broken == 0 and not one.broken and one.values > 0 for one in found)


@pytest.mark.parametrize(
    "arms",
    [cara_arms, capitated_arms, protected_arms, program_arms, offered_arms, provider_arms, served_arms],
    ids=lambda one: one.__name__,
)
def test_all_hold_whatever_is_elected_and_in_every_program(arms):
    lived, made = arms.lived(), arms.scenario()
    stacked = {
        name: np.stack([lived.models[arm].outcomes[name] for arm in made.arms])
        for name in lived.models[made.study.reference_arm].outcomes
    }
    found = check_identities(as_read(made, stacked))
    assert {one.label: one.broken for one in found if one.n_broken} == {}
    assert (BOOKS in {one.label for one in found}) == (arms is provider_arms)


# A variable of which a cent is added, and the identities that say so.
@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("benchmark", {"Savings against the benchmark"}),
        ("true_savings", {"Bridge from true savings"}),
        ("bridge_limits", {"Bridge to shared savings"}),
        ("cara_settled", {"Episode arrangements", "Change in the ACO's cash", "Medicare outlay", NET}),
        ("sequestration", {"Settlement after sequestration"}),
        ("claims_replaced", {"Capitation in place of claims"}),
        ("provider_payments", {"Gain by capitation"}),
        ("stop_loss_payout", {"Stop-loss"}),
        ("guarantee_called", {"Change in the ACO's cash"}),
        ("distributions", {"Change in the ACO's cash"}),
        ("home_care_cost", {"Change in the ACO's cash"}),
        ("dual_incentive", {"Change in the ACO's cash", "Medicare outlay", NET}),
        ("ffs_payments", {"Medicare outlay", NET}),
        ("medicare_net_cost", {NET}),
    ],
)
def test_a_cent_too_many_is_told_with_its_place(name, broken):
    changed = data()
    place = {"arm": 2, "year": 3, **({"aco": 1} if "aco" in changed[name].dims else {})}
    place |= {"cell": 0} if "cell" in changed[name].dims else {}
    changed[name][place | {"replicate": 0}] += 0.01
    found = {one.label: one for one in check_identities(changed) if one.n_broken}
    assert set(found) == broken
    totals = {one.label: one.total for one in IDENTITIES} | {NET: "medicare_net_cost"}
    for one in found.values():
        (told,) = one.broken
        assert one.n_broken == 1
        assert "arm lead_professional" in told
        assert "year 2030" in told
        assert told.endswith("0.01 USD left over")
        assert ("aco beta" in told) == ("aco" in changed[totals[one.label]].dims)
