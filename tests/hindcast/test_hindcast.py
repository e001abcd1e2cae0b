"""Hindcasts: cohorts of files, figures of known worlds, scores by hand, a small cohort of CMS's simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from sim.behaviour.coding import CodingParameters
from sim.behaviour.effect import EffectParameters
from sim.cli import run_command
from sim.hindcast.cohort import evenly
from sim.hindcast.experience import behaviours_of, years_in_program
from sim.hindcast.figures import PERCENTILES, compare, definitions, figures
from sim.hindcast.forecast import crps, forecasts, interval_score, pit
from sim.hindcast.mssp import ARM, mssp_cohorts
from sim.hindcast.page import made_with, page_text, reasons, write_page
from sim.hindcast.reach import reach_cohorts
from sim.hindcast.run import Hindcast, dataset, hindcast, write_store
from sim.hindcast.shown import Shown, yearly_growth
from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.population.plan import plan_acos

FILES = {year: f"mssp/mssp_results_puf_PY{year}_raw.csv.gz" for year in (2018, 2021, 2022)}


@pytest.fixture(scope="module")
def paths(cms_file):
    return {
        year: cms_file(name, f"CMS, MSSP Performance Year Financial and Quality Results, PY{year}")
        for year, name in FILES.items()
    }


@pytest.fixture(scope="module")
def whole(paths):
    (first, _) = mssp_cohorts([paths[2021], paths[2022]])
    return first


def world(rates, lives=20_000.0, **changes):
    """Return what ACOs showed with these rates of one or two years."""
    rate = np.asarray(rates, np.float64)
    n = len(rate)
    plain = {
        "rate": rate,
        "lives": np.broadcast_to(np.asarray(lives, np.float64).reshape(-1, 1), rate.shape),
        "earned": rate > 0.0,
        "growth": np.zeros(4),
        "risk": np.zeros(n),
        "minimum": np.zeros(n),
        "due": np.zeros(n, bool),
        "rebased": np.zeros(n, bool),
    }
    return Shown(**{**plain, **changes})


def test_scores_by_hand():
    assert crps(np.array([[3.0]]), np.array([1.0])) == pytest.approx([2.0])
    # Two members 0 and 2, and 1 comes: 1 less half of the mean difference, which is 1.
    assert crps(np.array([[0.0, 2.0]]), np.array([1.0])) == pytest.approx([0.5])
    members = norm.ppf((np.arange(4_000) + 0.5) / 4_000)[None]
    # Of a standard normal at its mean: (sqrt(2) - 1) / sqrt(pi).
    assert crps(members, np.zeros(1)) == pytest.approx([(np.sqrt(2) - 1) / np.sqrt(np.pi)], abs=2e-3)
    width = 2 * norm.ppf(0.95)
    found = interval_score(np.tile(members, (2, 1)), np.array([0.0, norm.ppf(0.95) + 1.0]))
    assert found == pytest.approx([width, width + 20.0], abs=0.02)
    assert pit(np.array([[0.0, 1.0, 2.0, 3.0]]), np.array([1.5])) == pytest.approx([0.5])


def test_growth_is_of_the_people_who_are_known():
    per_capita = np.array([[[100.0, 110.25]] * 4, [[100.0, 400.0]] * 4])
    weight = np.array([[10.0, 10.0, 0.0, 10.0], [0.0, 0.0, 0.0, 0.0]])
    found = yearly_growth(per_capita, weight, np.array([2.0, 1.0]))
    assert found == pytest.approx([5.0, 5.0, 0.0, 5.0])


def test_a_forecast_of_a_world_like_the_real_one_beats_both_naive_ones_and_knows_its_errors():
    """Rates of spread 4 with a lasting part of correlation 0.65: simulated and real are draws of the same."""
    draws = np.random.default_rng(3)

    def drawn(n):
        lasting = np.sqrt(0.65) * draws.normal(size=(n, 1))
        return world(3.0 + 4.0 * (lasting + np.sqrt(0.35) * draws.normal(size=(n, 2))))

    told = forecasts(drawn(400), [drawn(400) for _ in range(8)])
    found = {name: crps(one, told.came).mean() for name, one in told.ensembles.items()}
    assert found["simulation"] < min(found["last"], found["mean"], found["last_spread"], found["mean_spread"])
    # A normal forecast of the right spread scores it over sqrt(pi).
    assert found["simulation"] == pytest.approx(4.0 * np.sqrt((1 - 0.65**2) / np.pi), rel=0.06)
    places = pit(told.ensembles["simulation"], told.came)
    assert np.histogram(places, 4, (0, 1))[0] / len(places) == pytest.approx([0.25] * 4, abs=0.07)


def test_who_leaves_is_not_forecast_and_next_years_file_does_not_count():
    draws = np.random.default_rng(4)
    sims = [world(draws.normal(size=(60, 2))) for _ in range(3)]
    rates = draws.normal(size=(50, 2))
    rates[7, 1] = np.nan
    told = forecasts(world(rates), sims)
    assert len(told.came) == 49
    other = rates.copy()
    other[:, 1] += 5.0
    again = forecasts(world(other), sims)
    for name in ("simulation", "last", "mean"):
        np.testing.assert_array_equal(told.ensembles[name], again.ensembles[name])


@pytest.mark.needs_data
def test_figures_of_the_files_are_the_published_ones(whole, paths):
    """CMS's own files: PY2021 and PY2022 as in the public use files, means and spreads over ACOs."""
    truth = whole.published()
    found = figures(whole, truth, truth)
    assert (len(whole), whole.left_out) == (475, 0)
    assert found["mean", ""] == pytest.approx(3.427, abs=5e-4)
    assert found["sd", ""] == pytest.approx(4.105, abs=5e-4)
    assert found["above_zero", ""] == pytest.approx(81.1, abs=0.05)
    assert found["above_zero_matched", ""] == found["above_zero", ""]
    assert found["earning", ""] == pytest.approx(57.7, abs=0.05)
    quantiles = [found["centred", f"{at}th percentile"] + 3.427 for at in PERCENTILES]
    assert quantiles == pytest.approx([-2.86, 0.51, 3.14, 5.89, 10.22], abs=0.006)
    assert 0.55 < found["memory", ""] < 0.80
    assert found["memory_rebased", ""] < found["memory", ""]
    (second,) = mssp_cohorts([paths[2022]])
    assert second.later is None
    assert list(second.years) == [2022]
    assert figures(second, *[second.published()] * 2)["sd", ""] == pytest.approx(3.995, abs=5e-4)


@pytest.mark.needs_data
def test_a_cohort_is_the_file_row_by_row(whole, paths):
    scenario = whole.scenario(1)
    plans = plan_acos(scenario)
    assert [plan.name for plan in plans] == whole.file.aco_id.tolist()
    assert [plan.lives for plan in plans] == whole.file.n_assigned.tolist()
    markets = {}
    for plan in plans:
        markets.setdefault(plan.market, []).append(plan.lives)
    assert [len(one) for one in markets.values()].count(4) == len(plans) // 4
    # Those of a market are alike in size: none but the largest has most of it.
    assert np.mean([max(one) / sum(one) < 0.5 for one in markets.values()]) > 0.95
    july = scenario.arms[ARM].acos
    assert {terms.agreement_start for terms in july.values()} == {2019}
    assert len(july) == 187
    few = mssp_cohorts([paths[2021]], acos=9)[0]
    assert np.median(few.file.n_assigned) == pytest.approx(np.median(whole.file.n_assigned), rel=0.1)
    old = mssp_cohorts([paths[2018]])[0]
    assert set(old.start.tolist()) == {2015, 2016, 2017, 2018}
    with pytest.raises(InputError, match="2019 -> one of 2021, 2022"):
        mssp_cohorts([paths[2021], paths[2022]], [2019])


def test_evenly_takes_the_middles_of_parts():
    lives = np.array([50.0, 10.0, 40.0, 20.0, 30.0, 60.0])
    assert lives[evenly(lives, 3)].tolist() == [40.0, 20.0, 60.0]
    assert evenly(lives, 9).tolist() == list(range(6))


@pytest.mark.needs_data
def test_an_agreement_of_2018_was_for_four_years(paths):
    (second,) = mssp_cohorts([paths[2022]])
    before, in_base = years_in_program(second)
    renewed = np.flatnonzero((second.start == 2022) & (second.number == 2))
    assert renewed.size
    # In since 2018; of the base years 2019 to 2021 the middle one was the third.
    assert set(zip(before[renewed].tolist(), in_base[renewed].tolist(), strict=True)) == {(4, 3)}


@pytest.mark.needs_data
def test_effects_and_coding_count_since_the_base_years(whole):
    before, in_base = years_in_program(whole)
    start, number = whole.start, whole.number
    # Third agreement of 2018: in since 2012, nine years before 2021, five by 2016.
    third = np.flatnonzero((start == 2018) & (number == 3))
    assert set(zip(before[third].tolist(), in_base[third].tolist(), strict=True)) <= {(9, 5)}
    first = np.flatnonzero((start == 2020) & (number == 1))
    assert set(zip(before[first].tolist(), in_base[first].tolist(), strict=True)) == {(1, 0)}
    replaced = behaviours_of(whole)
    evidence, n = load_evidence(), len(whole)
    state = {
        "hospital_led": np.zeros(n, bool),
        "renewing": np.ones(n, bool),
        "high_needs": np.zeros(n, bool),
        "rebased": np.ones(n, bool),
        "draw": np.zeros(n),
    }
    parameters = EffectParameters.read(evidence)
    effect, _ = replaced["effect"](parameters, experience=np.ones(n, np.int64), **state)
    curve = parameters.curves[0]
    assert effect[first] == pytest.approx(np.full(len(first), curve[1]))
    assert effect[third] == pytest.approx(np.full(len(third), curve[6] - curve[4]))
    idle, _ = replaced["effect"](parameters, experience=np.zeros(n, np.int64), **state)
    assert not idle.any()
    coded = replaced["coding"](
        CodingParameters(excess=0.01, most=1.0), experience=np.ones(n, np.int64), draw=np.zeros(n)
    )
    assert coded == pytest.approx(1.01 ** (2021 - start + 1) - 1.0)


@pytest.fixture(scope="module")
def little(paths):
    """Return a cohort of small ACOs, and what one replicate of it shows."""
    (cohort, _) = mssp_cohorts([paths[2021], paths[2022]])
    small = np.argsort(cohort.file.n_assigned)[:12]
    made = replace(cohort, file=cohort.file.select(np.sort(small)), left_out=463)
    return made, made.simulation(1)(0, 1)


@pytest.mark.needs_data
@pytest.mark.slow
def test_a_small_cohort_from_file_to_page(little, tmp_path):
    cohort, shown = little
    truth = cohort.published()
    assert shown.rate.shape == truth.rate.shape == (12, 2)
    assert np.abs(shown.rate).max() < 40.0
    assert shown.lives[:, 0] == pytest.approx(truth.lives[:, 0], rel=0.15)
    assert (shown.growth > -10.0).all()
    assert (shown.growth < 15.0).all()
    rows = compare(cohort, truth, [shown])
    told = forecasts(truth, [shown])
    made = Hindcast(cohort, truth, [shown], rows, told, 1.0)
    text = page_text([made])
    assert all(f"| 2021 | {row.title}" in text for row in rows)
    assert write_page([made], tmp_path / "page").read_text() == text
    assert len(list((tmp_path / "page" / "hindcast").glob("*.png"))) == 4
    write_store([made], tmp_path / "h.zarr")
    assert (tmp_path / "h.zarr" / "mssp-2021").is_dir()
    with xr.open_zarr(tmp_path / "h.zarr", group="mssp-2021", consolidated=False) as stored:
        xr.testing.assert_equal(stored.load(), dataset(made))
        assert stored["savings_rate"].dims == ("replicate", "aco", "year")
    again = hindcast(cohort, 1, seed=1)
    np.testing.assert_array_equal(again.replicates[0].rate, shown.rate)


REACH = ("reach/reach_gpdc_results_PY2021_2022.csv.gz", "CMS, GPDC and ACO REACH results, PY2021 and PY2022")


@pytest.mark.needs_data
def test_a_cohort_of_reach_is_the_file_row_by_row(cms_file):
    first, second = reach_cohorts([cms_file(*REACH)])
    assert (len(first), len(second), second.later) == (53, 99, None)
    truth = first.published()
    found = figures(first, truth, truth)
    # As in the public use file, Standard, New Entrant and High Needs.
    shown = [found[f"{which}_type", name] for which in ("mean", "sd") for name in ("Standard", "New Entrant")]
    assert shown == pytest.approx([2.13, 2.27, 4.08, 14.18], abs=0.006)
    assert found["needy_over_standard", ""] == pytest.approx(8.26 - 2.13, abs=0.01)
    assert found["memory", ""] == pytest.approx(0.64, abs=0.005)
    few = second.some(9)
    plans = plan_acos(few.scenario(1, 0))
    assert [plan.lives for plan in plans] == few.file.aligned.tolist()
    needy = [bool(plan.high_needs_share) for plan in plans]
    assert needy == (few.file.aco_type == "High Needs").tolist()
    assert plan_acos(few.scenario(1, 0)) == plans
    assert {plan.efficiency for plan in plans}.isdisjoint(
        plan.efficiency for plan in plan_acos(few.scenario(1, 1))
    )


@pytest.mark.needs_data
@pytest.mark.slow
def test_a_small_cohort_of_reach_to_its_page(cms_file):
    cohort = reach_cohorts([cms_file(*REACH)], [2021])[0].some(8)
    made = hindcast(cohort, 1, seed=1)
    assert made.replicates[0].rate.shape == (8, 2)
    text = page_text([made])
    assert "# ACO REACH" in text
    assert all(f"`{digest}`" in text for name, digest in made_with().items() if name != "version")
    # Published figures are of all ACOs, however few are simulated.
    assert [row.published for row in made.rows if row.key == "mean"] == [pytest.approx(2.87, abs=0.005)]


def test_a_page_says_which_evidence_and_rules_it_was_made_with(monkeypatch, tmp_path):
    found = made_with()
    assert found == made_with()
    assert len({found["evidence"], found["programs"]}) == 2
    for room in ("evidence", "programs"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "one.toml").write_text("value = 1")
    monkeypatch.setattr("sim.hindcast.page.__file__", str(tmp_path / "hindcast" / "page.py"))
    other = made_with()
    assert all(other[room] != found[room] for room in ("evidence", "programs"))


def test_reasons_are_of_figures():
    for program in ("mssp", "reach"):
        assert set(reasons(program)) <= set(definitions())
        assert all(set(one) == {"why", "means"} for one in reasons(program).values())
    assert reasons("reach")["mean"] != reasons()["mean"]


def test_bad_input_is_told(tmp_path, capsys):
    assert run_command(["hindcast"]) == 2
    assert "names no file" in capsys.readouterr().err
    there = tmp_path / "there.zarr"
    there.mkdir()
    assert run_command(["hindcast", str(tmp_path / "x.csv"), "--out", str(there)]) == 2
    assert "is there already" in capsys.readouterr().err
