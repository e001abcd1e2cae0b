"""``leadsim decompose`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from PIL import Image
from worlds import NO_ACO, aco, text_of

from sim.cli import run_command
from sim.settlement.bridge import PARTS

WORTH = {"true": 1e6, "coding": 4e5, "tins": 2e5, "discount": -3e5}


def simulate(scenario: Any, replicate: int, *, threads: int = 1) -> dict[str, Any]:
    """Let savings be an effect, coding, TIN lists and a discount as far as they are on, and luck."""
    arrays = dict(fake_model.simulate(scenario, replicate, threads=threads))
    luck = 1e5 * np.random.default_rng([7, replicate]).normal(size=arrays["gross_savings"].shape[1:]).round(3)
    for name in ("gross_savings", "true_savings", *(f"bridge_{one}" for one in PARTS), "bridge_prices"):
        arrays[name] = np.zeros_like(arrays[name])
    for row, (arm, stated) in enumerate(scenario.arms.items()):
        if stated.program == "none":
            arrays["gross_savings"][row] = np.nan
            continue
        evidence = scenario.evidence(arm)
        true = WORTH["true"] if evidence.number("effect.scale") else 0.0
        arrays["true_savings"][row, :, 0] = true
        prices = luck + (WORTH["coding"] if evidence.number("coding.excess") else 0.0)
        prices = prices + (WORTH["tins"] if evidence.number("tins.leave") else 0.0)
        arrays["bridge_prices"][row] = prices
        arrays["bridge_discount"][row] = WORTH["discount"]
        arrays["gross_savings"][row] = true + prices + WORTH["discount"]
        arrays["benchmark"][row], arrays["person_months"][row] = 60e6, 1000.0
    return arrays


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.stand_in(monkeypatch, simulate, threads=1)
    monkeypatch.chdir(tmp_path)
    text = text_of(
        aco("a", "6,000 people"),
        aco("b", "3,000 people"),
        name="two",
        replicates=3,
        last_py=2028,
        arms={**NO_ACO, "lead": {"program": "lead"}},
    )
    # Only TIN lists of the world are left on, which a few worlds hold.
    still = {
        "care": {"leave_risk": 0.0},
        "advantage": {"leave_risk": 0.0, "back_risk": 0.0},
        "drift": {"practice": 0.0, "aco": 0.0, "coding": 0.0},
        "trend": {"market_reversion": 0.0, "shock": 0.0, "drift": 0.0, "skin_substitute_reversal": 0.0},
        "tins": {"leave_cost": 0.0},
    }
    lines = "".join(
        f"[evidence.{table}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
        for table, keys in still.items()
    )
    text = text.replace("[evidence.tins]\nleave = 0.0\n", lines).replace(
        "[evidence.trend]\n", "[evidence.trend]\nmarket = 0.0\n"
    )
    (tmp_path / "two.toml").write_text(text)


def as_json(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run_command(["decompose", "two.toml", "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_each_channel_has_what_it_makes_and_all_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys)
    parts = {one["name"]: one for one in found["parts"]}
    # Six cells of 1,000 months are 500 people a year.
    assert parts["true_savings"]["usd_a_year"]["value"] == pytest.approx(2e6)
    assert parts["true_savings"]["per_person_year"]["value"] == pytest.approx(1e6 / 500)
    assert parts["true_savings"]["percent"]["value"] == pytest.approx(100 / 60)
    assert parts["coding"]["usd_a_year"] == {"value": pytest.approx(8e5), "error": 0.0}
    for name in ("in_order", "alone", "on_top"):
        one = parts["tins"] if name == "in_order" else parts["tins"][name]
        assert one["usd_a_year"]["value"] == pytest.approx(4e5)
    assert parts["discount"]["usd_a_year"]["value"] == pytest.approx(-6e5)
    assert parts["answer"]["nothing"]
    assert parts["attesting"]["nothing"]
    total = np.sum([one["cents"] for one in found["parts"]], axis=0)
    np.testing.assert_array_equal(total, found["gross_savings"]["cents"])
    # The mean left is as uncertain as the luck that is taken out of it.
    luck = np.sum(parts["luck"]["cents"], axis=1) / 200.0
    error = parts["average"]["usd_a_year"]["error"]
    assert error == pytest.approx(np.std(luck, ddof=1) / np.sqrt(3), rel=1e-3)
    assert "evidence.drift.coding = 0" in found["idle"]["coding_drift"]
    assert sum(group["usd_a_year"]["value"] for group in found["groups"].values()) == pytest.approx(
        found["gross_savings"]["usd_a_year"]["value"]
    )


def test_it_prints_80_columns_and_names_what_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["decompose", "two.toml", "--figure", "parts.png"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    told = " ".join(shown.split())
    assert "In truth it saves $2.00 ± 0.00 million, 1.67 ± 0.00 %" in told
    assert "Hybrid additions: no ACO of the arm has hybrid alignment" in told
    assert "Patients attesting: is on, and changes no cent" in told
    assert "clinicians who leave a TIN one by one" in told
    assert " nan" not in told
    assert np.asarray(Image.open("parts.png").convert("L")).std() > 5


def test_stores_are_continued_and_orders_can_be_asked_for_later(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    short = as_json(capsys, "--no-orders", "--replicates", "1")
    assert short["parts"][0]["alone"] is None
    assert short["parts"][0]["usd_a_year"]["error"] is None
    folder = tmp_path / "results" / "two-lead-decompose"
    names = {path.stem for path in folder.glob("*.zarr")}
    assert {"as_stated", "all_off"} <= names
    found = as_json(capsys, "--replicates", "2")
    worlds = len(list(folder.glob("*.zarr")))
    assert found["replicates"] == {"requested": 2, "completed": 2, "computed": 2 * worlds - len(names)}
    one = as_json(capsys, "--replicates", "2", "--aco", "b")
    assert one["replicates"]["computed"] == 0
    assert one["parts"][0]["usd_a_year"]["value"] == pytest.approx(1e6)
    assert run_command(["bridge", str(folder / "as_stated.zarr"), "--arm", "all_off"]) == 0


def test_mistakes_are_told_before_anything_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for options, told in (
        (["--arm", "leed"], "did you mean 'lead'"),
        (["--aco", "c"], "must be one of a, b"),
        (["--figure", "parts.doc"], ".png"),
    ):
        assert run_command(["decompose", "two.toml", *options]) == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "results").exists()
