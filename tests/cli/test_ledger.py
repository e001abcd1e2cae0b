"""``leadsim ledger`` and ``leadsim doctor``: accounts that add up, of a store that the model made."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import fake_model
import numpy as np
import pytest
from little_world import ACOS, STATED
from PIL import Image
from worlds import NO_ACO, scenario_of

from sim.cli import run_command
from sim.cli.income import of_aco
from sim.cli.ledger import monthly_cash
from sim.experiments.again import lived_again, stored_scenario
from sim.experiments.results import open_results
from sim.ledger import Ledger, Mechanism, Party
from sim.outcomes.identities import IDENTITIES
from sim.outcomes.ledger_identities import LEDGER_IDENTITIES
from sim.replicate import coordinates, simulate

ARMS = NO_ACO | {
    "pcc": {"program": "lead", "payments": ["pcc", "apo"], "enhanced_share": "100 %"},
    "tcc": {
        "program": "lead",
        "payments": ["tcc"],
        "stop_loss": True,
        "cara": [{"episodes": ["cataract", "diabetes_chronic"], "least_episodes": 1}],
        "acos": {"gamma": {"since": {"2028": {"program": "none", "cara": []}}}},
    },
}


def made(path: Path) -> Path:
    scenario = scenario_of(*ACOS, arms=ARMS, last_py=2028, **STATED)
    fake_model.go(scenario, path, 2, simulate=simulate, coordinates=coordinates, threads=1)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("ledger") / "little.zarr")


def told(store: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    assert run_command(["ledger", str(store), *options, "--json"]) == 0
    found: dict = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert run_command(list(command)) == 2
    return capsys.readouterr().err


def test_cash_by_month_is_the_closing_balance_of_every_month_and_is_drawn(store, capsys, tmp_path):
    scenario = stored_scenario(store)
    cash = monthly_cash(lived_again(scenario, 1), scenario, {"aco": "beta", "arm": "pcc", "replicate": 1})
    assert cash["arm"].values.tolist() == ["no_aco", "pcc", "tcc"]
    for arm in ("pcc", "tcc"):
        found = told(store, capsys, "--aco", "beta", "--arm", arm, "--replicate", "1", "--year", "2028")
        for month in found["periods"]:
            at = 12 + month["month"] - 1
            assert cash.sel(arm=arm).values[0, at] == pytest.approx(month["closing"], abs=1e-6)
        whole = told(store, capsys, "--aco", "beta", "--arm", arm, "--replicate", "1")
        assert cash.sel(arm=arm).values[0, -1] == pytest.approx(whole["periods"][-1]["closing"], abs=1e-6)
    command = ["ledger", str(store), "--aco", "beta", "--arm", "pcc", "--figure"]
    assert run_command([*command, str(tmp_path / "cash.png")]) == 0
    assert np.asarray(Image.open(tmp_path / "cash.png").convert("L")).std() > 5
    assert "--figure" in refused(capsys, *command, "cash.png", "--year", "2028")
    assert ".png" in refused(capsys, *command, "cash.doc")


def test_years_follow_each_other_and_hold_all_the_money(store, capsys):
    found = told(store, capsys, "--aco", "beta", "--arm", "pcc", "--replicate", "1")
    years = found["periods"]
    assert [one["year"] for one in years] == [2027, 2028, 2029, 2030]
    assert years[0]["opening"] == 0.0
    for before, after in pairwise(years):
        assert after["opening"] == before["closing"]
    for one in years:
        assert one["closing"] == pytest.approx(one["opening"] + one["received"] - one["paid"], abs=0.005)
        assert one["lowest"] <= one["closing"]
    own = open_results(store).sel(arm="pcc", aco="beta").isel(replicate=1)
    assert years[-1]["closing"] == pytest.approx(float(own["aco_cash_change"].sum()), abs=0.005)
    assert years[0]["lowest"] == pytest.approx(float(own["cash_low_point"].sel(year=2027)), abs=0.005)
    assert years[1]["lowest"] == pytest.approx(float(own["cash_low_point"].sel(year=2028)), abs=0.005)


def test_months_and_postings_of_a_year_add_up_to_it(store, capsys):
    asked = ("--aco", "beta", "--arm", "pcc")
    year = next(one for one in told(store, capsys, *asked)["periods"] if one["year"] == 2028)
    months = told(store, capsys, *asked, "--year", "2028")
    assert [one["month"] for one in months["periods"]] == list(range(1, 13))
    assert sum(one["received"] for one in months["periods"]) == pytest.approx(year["received"], abs=0.05)
    net = sum(one["cents"] for one in months["postings"])
    assert net == pytest.approx(year["closing"] - year["opening"], abs=0.05)
    october = told(store, capsys, *asked, "--year", "2028", "--month", "10")
    (only,) = october["periods"]
    assert sum(one["cents"] for one in october["postings"]) == pytest.approx(
        only["received"] - only["paid"], abs=0.005
    )
    # In October the year before is settled: enhanced PCC goes back, and APO is trued up.
    settled = {one["mechanism"] for one in october["postings"] if one["performance_year"] == 2027}
    assert {"settlement", "enhanced_pcc", "apo", "base_pcc"} <= settled


def test_what_the_aco_is_paid_medicare_pays(store, capsys):
    asked = ("--aco", "alpha", "--arm", "tcc", "--year", "2027")
    aco = told(store, capsys, *asked)["postings"]
    medicare = told(store, capsys, *asked, "--party", "medicare")["postings"]
    capitation = [sum(o["cents"] for o in one if o["mechanism"] == "tcc") for one in (aco, medicare)]
    assert capitation[0] == -capitation[1] > 0


def test_tables_for_people(store, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert run_command(["ledger", str(store), "--aco", "alpha", "--arm", "pcc", "--year", "2028"]) == 0
    shown = capsys.readouterr().out
    assert "Oct 2028" in shown
    assert "enhanced PCC" in shown
    assert run_command(["ledger", str(store), "--aco", "alpha", "--arm", "pcc"]) == 0
    assert "Lowest" in capsys.readouterr().out
    once = ["ledger", str(store), "--aco", "alpha", "--arm", "pcc", "--year", "2028", "--month", "10"]
    assert run_command(once) == 0
    assert "care management" in capsys.readouterr().out


def test_the_income_statement_of_a_practice_adds_up_and_is_told_beside_the_reference_arms(store, capsys):
    asked = ("--arm", "tcc", "--practice", "1")
    found = told(store, capsys, *asked)
    assert found["income"] == pytest.approx(sum(one["amount"] for one in found["lines"]), abs=0.005)
    sums: dict[str, float] = {}
    for one in found["lines"]:
        sums[one["mechanism"]] = sums.get(one["mechanism"], 0.0) + one["amount"]
    assert sums["fee_reduction"] == pytest.approx(-sums["provider_payment"], abs=0.005) != 0.0
    assert {one["aco"] for one in found["lines"]} >= {"alpha", None}
    without = told(store, capsys, "--arm", "no_aco", "--practice", "1")
    assert found["income_in_reference_arm"] == without["income"] == without["income_in_reference_arm"]
    years = [told(store, capsys, *asked, "--year", year) for year in ("2027", "2028")]
    assert sum(one["income"] for one in years) == pytest.approx(found["income"], abs=0.005)
    assert {one["performance_year"] for one in years[1]["lines"]} == {2028}


def test_providers_of_an_aco_add_up_to_its_entries(store, capsys):
    asked = ("--aco", "beta", "--arm", "tcc")
    rows = told(store, capsys, *asked, "--providers")["providers"]
    *parts, others, whole = rows
    assert (others["provider"], whole["provider"]) == ("others", "all")
    for name, amount in whole.items():
        if name != "provider":
            assert amount == pytest.approx(others[name] + sum(one[name] for one in parts), abs=0.005)
    account = told(store, capsys, *asked)["postings"]
    paid = sum(one["cents"] for one in account if one["mechanism"] == "provider_payment")
    assert whole["provider_payment"] == pytest.approx(-paid, abs=0.005) != 0.0
    specialist = next(one for one in parts if one["provider"].startswith("specialist"))
    number = specialist["provider"].split()[1]
    lines = told(store, capsys, "--specialist", number, "--arm", "tcc")["lines"]
    own = sum(one["amount"] for one in lines if one["aco"] == "beta")
    assert specialist["income"] == pytest.approx(own, abs=0.005)


def test_statements_for_people(store, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    path = str(store)
    assert run_command(["ledger", path, "--practice", "1", "--arm", "tcc"]) == 0
    shown = capsys.readouterr().out
    assert "practice 1 of alpha, tcc" in shown
    assert "In no_aco" in shown
    assert run_command(["ledger", path, "--specialist", "1", "--arm", "tcc", "--year", "2027"]) == 0
    shown = capsys.readouterr().out
    assert "income of 2027" in shown
    assert "fee for service" in shown
    assert run_command(["ledger", path, "--practice", "1", "--arm", "no_aco"]) == 0
    assert "In no_aco" not in capsys.readouterr().out
    assert run_command(["ledger", path, "--aco", "alpha", "--arm", "tcc", "--providers"]) == 0
    shown = capsys.readouterr().out
    assert "practice 1*" in shown
    assert "Fees reduced" in shown


def test_many_providers_are_told_in_one_line():
    book = Ledger(1, 30, 1, named=True)
    to = 2027, Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE
    book.enter(*to, np.arange(1, 31), aco=0, provider=np.arange(30))
    rows = dict(of_aco(book, 0, None, np.zeros(30, np.int64)))
    assert next(iter(rows)) == "practice 29*"
    assert rows["10 more practices"][-1] == sum(range(1, 11))
    assert rows["all"][-1] == sum(range(1, 31))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "must be one of them"),
        (("--aco", "beta", "--practice", "1"), "are --aco, --practice"),
        (("--practice", "9000"), "must be 0 to"),
        (("--practice", "1", "--year", "2040"), "2027 to 2028"),
        (("--practice", "1", "--year", "2027", "--month", "3"), "goes with --aco alone"),
        (("--aco", "beta", "--providers", "--party", "medicare"), "goes with --aco alone"),
        (("--specialist", "1", "--providers"), "needs --aco"),
    ],
)
def test_what_is_asked_wrongly_of_statements_is_told(store, capsys, options, said):
    assert said in refused(capsys, "ledger", str(store), "--arm", "tcc", *options)


def test_reports_of_episode_arrangements_are_those_of_the_settlement(store, capsys, monkeypatch):
    asked = ("--aco", "beta", "--arm", "tcc", "--reports")
    rows = told(store, capsys, *asked)["reports"]
    assert {row["year"] for row in rows} == {2028}
    own = open_results(store).sel(arm="tcc", aco="beta", year=2028).isel(replicate=0)
    for kind in ("cataract", "diabetes_chronic"):
        mine = [row for row in rows if row["episode"] == kind]
        last, third = (
            {
                name: sum(row["quarters"][quarter][name] for row in mine)
                for name in ("episodes", "cost", "target")
            }
            for quarter in (3, 2)
        )
        one = own.sel(episode=kind)
        assert last["episodes"] == float(one["cara_episodes"]) > 0
        for name in ("cost", "target"):
            assert last[name] == pytest.approx(float(one[f"cara_{name}"]), abs=0.01)
            assert third[name] == pytest.approx(float(one[f"cara_reported_{name}"]), abs=0.01)
        assert {row["cms_price"] for row in mine} == {round(float(one["cara_price"]), 2)}
    assert [one["delivered"] for one in rows[0]["quarters"]] == ["2028-06", "2028-09", "2028-12", "2029-03"]
    monkeypatch.setenv("COLUMNS", "120")
    assert run_command(["ledger", str(store), *asked, "--year", "2028"]) == 0
    shown = capsys.readouterr().out
    assert "Q4, Mar 2029" in shown
    assert "ophthalmology" in shown
    assert "has no episode arrangements in pcc" in refused(
        capsys, "ledger", str(store), "--aco", "beta", "--arm", "pcc", "--reports"
    )


def test_what_is_asked_wrongly_is_told(store, capsys, tmp_path):
    path = str(store)
    assert "one of pcc, tcc" in refused(capsys, "ledger", path, "--aco", "beta")
    assert "did you mean 'beta'" in refused(capsys, "ledger", path, "--aco", "bta", "--arm", "pcc")
    assert "did you mean 'pcc'" in refused(capsys, "ledger", path, "--aco", "beta", "--arm", "pc")
    assert "needs --year" in refused(capsys, "ledger", path, "--aco", "beta", "--arm", "pcc", "--month", "3")
    wrong = refused(capsys, "ledger", path, "--aco", "beta", "--arm", "pcc", "--party", "medicar")
    assert "did you mean 'medicare'" in wrong
    nothing = refused(capsys, "ledger", path, "--aco", "beta", "--arm", "no_aco")
    assert "has no money moving" in nothing
    late = refused(capsys, "ledger", path, "--aco", "beta", "--arm", "pcc", "--year", "2040")
    assert "in 2040" in late
    assert "money moves in 2027, 2028, 2029" in late
    assert "does not exist" in refused(capsys, "ledger", str(tmp_path / "no.zarr"), "--aco", "beta")
    assert "is not complete" in refused(capsys, "doctor", path, "--replicate", "7")


def test_a_sound_store_holds(store, capsys):
    assert run_command(["doctor", str(store), "--replicate", "1"]) == 0
    shown = capsys.readouterr().out
    # The store has no books of providers; the replicate lived again has.
    assert "Income of practices" not in shown
    further = [*LEDGER_IDENTITIES, "net cost", "stored", "entries"]
    assert " ".join(shown.split()).count(" holds (") == len([*IDENTITIES[1:], *further])
    assert "broken" not in shown


def test_a_store_of_another_leadsim_is_refused(tmp_path, capsys, monkeypatch):
    store = made(tmp_path / "other.zarr")
    monkeypatch.setattr("sim.experiments.provenance.model_digest", lambda: "0" * 64)
    assert "run the scenario again" in refused(capsys, "ledger", str(store), "--aco", "beta", "--arm", "pcc")
