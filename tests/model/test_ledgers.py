"""Every dollar is in one account: ledgers to the cent, in every replicate, arm, ACO and year."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ARMS, NO_EFFECT, results, scenario, world

from sim.agents.providers import ParticipantProvider
from sim.kernels.codes import N_CELLS, Sum
from sim.ledger import Party
from sim.model import LeadModel
from sim.outcomes.decision_variables import DECISION_VARIABLES
from sim.outcomes.panel import PANEL_VARIABLES
from sim.outcomes.provider_variables import PROVIDER_VARIABLES
from sim.outcomes.quality import MEASURES
from sim.outcomes.registry import BY_NAME, VARIABLES

LEAD = slice(1, None)
NO_ACO = 0


def to_acos(out):
    """Return what Medicare pays ACOs, shape (arms, years); nothing where no program runs."""
    paid = out["settlement"] + out["admin_add_on"] + out["high_performers_pool"]
    paid[NO_ACO] = 0
    return paid.sum(axis=1)


@pytest.fixture(params=[0, 1], ids=["replicate 0", "replicate 1"])
def out(request):
    return results(replicate=request.param)


def test_every_variable_is_written_in_every_year(out):
    assert set(out) == {variable.name for variable in VARIABLES}
    for variable in VARIABLES:
        values = out[variable.name]
        assert values.dtype == variable.stored_dtype
        if variable in (*PROVIDER_VARIABLES, *DECISION_VARIABLES, *PANEL_VARIABLES):
            # Nobody has asked for books of single providers, for a panel, and no ACO decides.
            assert (np.isnan(values) if values.dtype.kind == "f" else values == variable.fill_value).all()
            continue
        if variable.dtype == "money":
            # An arm without a program has people and spending, but no program's money.
            spent = ("expenditure", "true_savings", "fall_spending_averted")
            of_aco = "aco" in variable.dims and variable.name not in spent
            assert (values[LEAD] != variable.fill_value).all()
            assert (values[NO_ACO] == variable.fill_value).all() == of_aco
        # Of a cell without people, and in LEAD of what only other programs know, there is nothing to write.
        unknown = ("historical_benchmark", "agreement_benchmark", "minimum_savings_rate")
        if variable.name in ("quality_rate", "quality_rank"):
            # A survey counts nothing.
            values = np.delete(values, MEASURES.index("CAHPS"), axis=-1)
        if variable.dtype == "number" and variable.name not in unknown:
            assert np.isfinite(values[LEAD]).all()


def test_medicare_pays_providers_and_acos(out):
    np.testing.assert_array_equal(out["medicare_outlay"], out["ffs_payments"] + to_acos(out))
    net = out["medicare_outlay"] - out["medicare_outlay"][NO_ACO]
    np.testing.assert_array_equal(out["medicare_net_cost"], net)


def test_what_medicare_loses_the_others_gain(out):
    providers = out["ffs_payments"] - out["ffs_payments"][NO_ACO]
    np.testing.assert_array_equal(out["medicare_net_cost"], providers + to_acos(out))


def test_the_acos_cash(out):
    paid = out["settlement"] + out["admin_add_on"] + out["high_performers_pool"]
    change = paid - out["care_management_cost"] - out["distributions"]
    np.testing.assert_array_equal(out["aco_cash_change"][LEAD], change[LEAD])
    assert (out["distributions"][LEAD] >= 0).all()
    gain = np.maximum(paid, 0)
    assert (out["distributions"] <= gain)[LEAD].all()


def test_settlement_from_benchmark_and_expenditure(out):
    expenditure = out["expenditure"].sum(axis=2)
    np.testing.assert_array_equal(out["gross_savings"][LEAD], (out["benchmark"] - expenditure)[LEAD])
    out = {name: values[LEAD] for name, values in out.items()}
    np.testing.assert_array_equal(out["settlement"], out["shared_savings"] - out["sequestration"])
    assert (out["sequestration"] >= 0).all()
    assert (np.sign(out["shared_savings"]) * np.sign(out["gross_savings"]) >= 0).all()
    assert (np.abs(out["shared_savings"]) <= np.abs(out["gross_savings"]) + 1).all()


def test_without_aco_there_is_no_settlement(out):
    for name in (
        "benchmark", "gross_savings", "shared_savings", "sequestration", "settlement",
        "admin_add_on", "high_performers_pool", "care_management_cost", "distributions", "aco_cash_change",
    ):  # fmt: skip
        assert (out[name][NO_ACO] == BY_NAME[name].fill_value).all()
    assert not out["true_savings"][NO_ACO].any()
    assert not out["medicare_net_cost"][NO_ACO].any()
    assert out["expenditure"][NO_ACO].any()
    assert np.isnan(out["quality_score"][NO_ACO]).all()
    assert (out["higher_spending"][NO_ACO] == -1).all()


@pytest.mark.parametrize("replicate", [0, 1])
@pytest.mark.parametrize("arm", ARMS[LEAD])
def test_true_savings_of_the_world(arm, replicate):
    """All people's savings are the ACOs' and those of people aligned to none, year by year."""
    made = world(replicate=replicate)
    model = LeadModel(scenario(), arm, replicate, world=made)
    income = 0
    while model.running:
        model.step()
        t = model.year - 1 - model.first_py
        balances = model.ledger.balances(model.year - 1)
        assert sum(balance.net for balance in balances.values()) == 0
        assert -balances[Party.MEDICARE].net == model.outcomes["medicare_outlay"][t]
        sums = model.history[model.year - 1].care
        saved = sums[..., Sum.REFERENCE] - sums[..., Sum.SPEND]
        member = np.append(made.providers.aco >= 0, np.zeros(made.n_markets, bool))
        reference = model.reference.outcomes["ffs_payments"][t]
        world_saved = int(reference - model.outcomes["ffs_payments"][t])
        acos = int(model.outcomes["true_savings"][..., t].sum())
        assert int(saved.sum()) == world_saved
        assert acos == int(saved[member].sum())
        assert world_saved == acos + int(saved[~member].sum())
        assert int(sums[..., Sum.REFERENCE].sum()) == reference
        # Kernel sums are the columns' sums.
        assert int(model.people.spend.sum(dtype=np.int64)) == int(sums[..., Sum.SPEND].sum())
        paid = int(model.outcomes["distributions"][:, t].sum())
        now = sum(practice.income_cents for practice in model.agents_by_type[ParticipantProvider])
        assert now - income == paid
        income = now
    cash = [aco.cash_cents for aco in model.acos]
    assert cash == model.outcomes["aco_cash_change"].sum(axis=1).tolist()
    for aco in model.acos:
        its = sum(practice.income_cents for practice in aco.practices)
        assert its == model.outcomes["distributions"][aco.row].sum()
    outside = [practice.income_cents for practice in model.practices if practice.aco is None]
    assert not any(outside)


def test_expenditure_is_the_counted_share_of_what_was_paid():
    made = world()
    model = LeadModel(scenario(), "lead_global", world=made)
    lead = model.settlement.programs["lead"]
    while model.running:
        model.step()
        year = model.year - 1
        spend = np.zeros((3, N_CELLS), np.int64)
        member = made.providers.aco >= 0
        aligned = model.history[year].care[: made.n_practices][member]
        np.add.at(spend, made.providers.aco[member], aligned[..., Sum.SPEND])
        expected = np.rint(spend * lead.counted(year)).astype(np.int64)
        np.testing.assert_array_equal(model.outcomes["expenditure"][..., year - 2027], expected)
        assert 0.9 < lead.counted(year) <= 1.0


def test_months_are_people_times_months(out):
    months = out["person_months"]
    np.testing.assert_array_equal(months, np.rint(months))
    assert (months >= 0).all()
    # Nobody is aligned by choice where nobody can attest, and the arms differ in routes only.
    assert not months[NO_ACO, :, 3:].any()
    assert months[LEAD, :, 3:].any()


def test_no_effect_leaves_payments_and_moves_money_only():
    out = results(*NO_EFFECT)
    assert not (out["ffs_payments"] - out["ffs_payments"][NO_ACO]).any()
    np.testing.assert_array_equal(out["medicare_net_cost"], to_acos(out))
    assert to_acos(out)[LEAD].any()
