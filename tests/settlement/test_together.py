"""All that can be elected together, elected together: books balance to the cent, and so ``doctor`` says."""

from __future__ import annotations

from pathlib import Path

import fake_model
import pytest
from little_world import ACOS, STATED
from together_arms import ARMS, FIRST_PY, lived, scenario
from worlds import NO_ACO, lived_through, scenario_of

from sim.cli import run_command
from sim.ledger import Mechanism
from sim.ledger.imbalance import imbalances
from sim.ledger.income import provider_incomes
from sim.outcomes.ledger_identities import ledger_gaps
from sim.replicate import coordinates, simulate

FULL = [arm for arm in ARMS if arm not in ("no_aco", "plain")]


@pytest.mark.parametrize("arm", FULL)
def test_every_identity_of_the_ledger_holds(arm):
    own = lived().models[arm]
    assert imbalances(own.ledger) == []
    gaps = ledger_gaps(
        own.ledger,
        lived().models["no_aco"].ledger,
        own.first_py,
        own.outcomes,
        distributed=own.practices.store["income_cents"],
        cara=own.specialists.store["cara_cents"],
    )
    assert not any(gaps.values()), gaps


def test_money_moves_by_every_mechanism():
    """So that the identities are not held by nothing."""
    booked = {arm: lived().models[arm].ledger.mechanisms for arm in ARMS}
    years = scenario().years
    assert set().union(*(of(year) for of in booked.values() for year in years)) == set(Mechanism)
    others = {
        "falls_prevention_medicare",
        "dual_incentive",
        "cara_collected",
        "stop_loss_settled",
        "bridge_falls",
        "home_care_cost",
        "enhanced_passed_on",
    }
    outcomes = lived().models["tcc"].outcomes, lived().models["pcc"].outcomes
    assert not {name for name in others if not any((one[name] != 0).any() for one in outcomes)}


@pytest.mark.parametrize(("arm", "whole"), [("pcc", "plain"), ("tcc", "plain")])
def test_fees_of_people_in_reach_are_reduced_provider_by_provider(arm, whole):
    """In ACO REACH, too, what is reduced is told of each who bills it, and is not more than they bill."""
    book, other = (lived().models[one].ledger for one in (arm, whole))
    fees, without = (
        provider_incomes(one, [Mechanism.FEE_FOR_SERVICE], year=FIRST_PY) for one in (book, other)
    )
    assert fees.sum() == without.sum()
    reduced, paid = (
        provider_incomes(book, [one], year=FIRST_PY)
        for one in (Mechanism.FEE_REDUCTION, Mechanism.PROVIDER_PAYMENT)
    )
    assert (reduced[:-1] < 0).sum() > 3
    assert (fees + reduced >= 0).all()
    # 90 % is passed on, each month rounded by itself.
    assert paid == pytest.approx(-0.9 * reduced, abs=100)


def test_reachs_usual_fee_reduction_is_that_of_its_own_rules():
    """What REACH's rulebook says reduces each provider's fees as where an ACO states the same."""
    elected = {"program": "reach", "payments": ["pcc", "apo"], "apo_reduction": "50 %"}
    made = scenario_of(
        *ACOS,
        arms=NO_ACO
        | {
            "stated": elected | {"participant_reduction": "40 %"},
            "ruled": elected | {"values": {"reach": {"capitation": {"participant_reduction": "40 %"}}}},
        },
        first_py=FIRST_PY,
        last_py=FIRST_PY,
        **STATED,
    )
    stated, ruled = (
        provider_incomes(model.ledger, [Mechanism.FEE_REDUCTION])
        for arm, model in lived_through(made.replace({"study.provider_books": True})).models.items()
        if arm != "no_aco"
    )
    assert stated.any()
    assert ruled.tolist() == stated.tolist()


@pytest.mark.slow
def test_doctor_finds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    store = tmp_path / "together.zarr"
    fake_model.go(scenario(), store, 1, simulate=simulate, coordinates=coordinates, threads=1)
    assert run_command(["doctor", str(store), "--threads", "1"]) == 0
    shown = capsys.readouterr().out
    assert "Income of practices holds" in shown
    assert "broken" not in shown
