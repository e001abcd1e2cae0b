"""ACOs built from CMS's MSSP public use files, and the people made for them."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from results_files import saved, whole_results

from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.inputs.lead_criteria import criteria_of
from sim.inputs.mssp_file import read_mssp
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import AGED_IN, DUAL, N_KINDS, Kind
from sim.population.build import build_world
from sim.population.plan import AcoPlan, plan_acos, plan_from_file
from sim.scenarios import Scenario

YEARS = (2014, 2015, 2016, 2017, 2018, 2021, 2022)
FILE = "CMS, MSSP Performance Year Financial and Quality Results, PY{}"

SCENARIO = """
schema_version = 1
[study]
name = "file"
seed = 5
[population]
mssp_puf = "{path}"
aco_market_share = "50 %"
{more}
[arms.no_aco]
program = "none"
"""


def puf(cms_file, year):
    return cms_file(f"mssp/mssp_results_puf_PY{year}_raw.csv.gz", FILE.format(year))


@pytest.mark.needs_data
@pytest.mark.parametrize("year", YEARS)
def test_every_year_gives_one_aco_per_row(cms_file, year):
    file = read_mssp(puf(cms_file, year))
    plans = plan_from_file(file)
    assert [plan.name for plan in plans] == file.aco_id.tolist()
    assert [plan.lives for plan in plans] == file.n_assigned.astype(int).tolist()
    mix = np.array([plan.mix for plan in plans])
    spend = np.array([plan.spend for plan in plans])
    risk = np.array([plan.risk for plan in plans])
    assert np.allclose(mix.sum(axis=1), 1.0)
    assert np.isfinite(spend).all()
    assert (spend > 0.0).all()
    shown = file.risk[:, :, -1] > 0.0
    np.testing.assert_array_equal(risk[shown], file.risk[:, :, -1][shown])
    # The file's own national average is the yardstick, so spending stands around 1.
    assert np.average(spend[:, Kind.AGED_NON_DUAL], weights=file.n_assigned) == pytest.approx(1.0, abs=0.08)


@pytest.mark.needs_data
def test_the_regional_adjustment_splits_level_and_efficiency(cms_file):
    file = read_mssp(puf(cms_file, 2022))
    plans = plan_from_file(file)
    a = file.aco_id.tolist().index("A1001")  # third agreement: weight 50 % below its region
    gap = file.regional_adjustment[a] / 0.5
    mix = file.person_years[a] / file.person_years[a].sum()
    spent = mix @ file.per_capita[a, :, -1]
    assert plans[a].efficiency == pytest.approx(spent / (spent + gap) - 1.0)
    national = (file.person_years * file.per_capita[:, :, -1]).sum(axis=0) / file.person_years.sum(axis=0)
    kind = Kind.AGED_NON_DUAL
    relative = file.per_capita[a, kind, -1] / national[kind]
    assert plans[a].spend[kind] * (1.0 + plans[a].efficiency) == pytest.approx(relative)
    cheap = np.array([plan.efficiency for plan in plans])[file.regional_adjustment > 0]
    assert (cheap < 0.0).all()


@pytest.mark.needs_data
def test_revenue_decides_leadership(cms_file):
    file = read_mssp(puf(cms_file, 2022))
    led = np.array([plan.leadership for plan in plan_from_file(file)])
    assert set(led[file.revenue == "high"]) == {"hospital"}
    assert set(led[file.revenue == "low"]) == {"physician"}


@pytest.mark.needs_data
def test_a_scenario_picks_acos_and_names_the_nearest(cms_file):
    path = puf(cms_file, 2022)
    some = Scenario.from_toml(SCENARIO.format(path=path, more='acos = ["A1006", "A1001"]'))
    assert [plan.name for plan in plan_acos(some)] == ["A1006", "A1001"]
    first = Scenario.from_toml(SCENARIO.format(path=path, more="first = 3"))
    assert len(plan_acos(first)) == 3
    wrong = Scenario.from_toml(SCENARIO.format(path=path, more='acos = ["A10001", "A1006"]'))
    with pytest.raises(InputError, match=r"A10001.*did you mean 'A1001'"):
        plan_acos(wrong)


def means_by_kind(world, years):
    """Return person-years, mean risk and mean spending of the people aligned in `years`, by ACO and kind."""
    people, n = world.people, len(world.plans)
    aco = np.append(world.providers.aco, -1)
    months, risk, spend = np.zeros((3, n, N_KINDS))
    for year in years:
        aged = np.where(people.traits & DUAL > 0, Kind.AGED_DUAL, Kind.AGED_NON_DUAL)
        kind = np.where(year - people.birth_year.astype(np.int64) < AGED_IN, Kind.DISABLED, aged)
        kind = np.where(people.conditions & world.health(year).conditions.kidney_failure > 0, Kind.ESRD, kind)
        world.live(people, year, world.untouched(), None, 1)
        whose = aco[people.aligned]
        kept = (people.months > 0) & (whose >= 0)
        at = (whose[kept], kind[kept])
        lived = people.months[kept].astype(np.float64)
        np.add.at(months, at, lived)
        np.add.at(risk, at, people.risk[kept] * lived)
        np.add.at(spend, at, people.spend[kept].astype(np.float64))
    return months / 12.0, risk / months, spend / months


class Twenty(NamedTuple):
    """Twenty ACOs of PY2022 from the lowest to the highest risk, three times their size, as people.

    Arrays have shape (acos, kinds); risk and spending are relative to a market that is like the nation.
    """

    plans: tuple[AcoPlan, ...]
    person_years: np.ndarray
    risk: np.ndarray
    spend: np.ndarray

    def stated(self, what: str) -> np.ndarray:
        return np.array([getattr(plan, what) for plan in self.plans])


# By kind: spread of scores and of a year's spending between people, relative to their mean.
SCORE_CV = np.array([0.45, 1.1, 0.9, 1.0])
SPEND_CV = np.array([1.1, 2.7, 2.3, 2.2])


@pytest.fixture(scope="module")
def twenty(cms_file):
    file = read_mssp(puf(cms_file, 2022))
    plans = plan_from_file(file)
    shown = ~np.isnan(file.regional_adjustment)
    usual = [a for a in np.flatnonzero(shown).tolist() if 9_000 < plans[a].lives < 25_000]
    usual.sort(key=lambda a: float(np.dot(plans[a].mix, plans[a].risk)))
    chosen = [plans[usual[round(place)]] for place in np.linspace(0, len(usual) - 1, 20)]
    large = [replace(plan, lives=3 * plan.lives) for plan in chosen]
    alike = (1.0,) * N_KINDS
    still = (
        "trend.market",
        "trend.market_reversion",
        "drift.aco",
        "drift.practice",
        "drift.coding",
        "tins.leave",
    )
    steady = load_evidence(dict.fromkeys(still, 0.0))
    mixed = tuple(steady.array("demography.mix").tolist())
    nation = replace(
        large[0], name="nation", market="nation", lives=300_000, efficiency=0.0,
        mix=mixed, spend=alike, risk=alike,
    )  # fmt: skip
    criteria = criteria_of(load_rulebook("lead-py2027"), 2027)
    world = build_world((*large, nation), steady, criteria, range(2027, 2029), 0.8, 3, 0)
    person_years, risk, spend = means_by_kind(world, (2027, 2028))
    return Twenty(tuple(large), person_years[:-1], risk[:-1] / risk[-1], spend[:-1] / spend[-1])


def slope_and_correlation(made, stated, weight):
    """Return slope and correlation of logs of what was made on what was stated, weighted by people."""
    x, y = np.log(stated), np.log(made)
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    xx, xy, yy = (np.average(product, weights=weight) for product in (x * x, x * y, y * y))
    return xy / xx, xy / np.sqrt(xx * yy)


@pytest.mark.needs_data
def test_the_people_made_have_the_files_size_and_mix(twenty):
    years = twenty.person_years.sum(axis=1) / 2.0
    np.testing.assert_allclose(years, [plan.lives for plan in twenty.plans], rtol=0.10)
    made = twenty.person_years / twenty.person_years.sum(axis=1, keepdims=True)
    stated = twenty.stated("mix")
    # The disabled share falls by about half a point a year in the nation and by more where it is high.
    assert (np.abs(made - stated) < [0.004, 0.065, 0.04, 0.11]).all()
    for kind in Kind:
        assert np.corrcoef(made[:, kind], stated[:, kind])[0, 1] > 0.93


@pytest.mark.needs_data
def test_each_kind_has_the_files_mean_risk(twenty):
    """Each ACO within three errors of sampling and 4 %; the ACOs together without bias."""
    stated = twenty.stated("risk")
    noise = SCORE_CV / np.sqrt(twenty.person_years / 2.0)  # scores hardly change from year to year
    away = np.abs(np.log(twenty.risk / stated))
    assert (away < 0.04 + 3.0 * noise).all()
    for kind, (bias, low, high, least) in enumerate(
        [(0.05, 0.7, 1.3, 0.85), (0.04, 0.9, 1.1, 0.98), (0.03, 0.9, 1.1, 0.98), (0.02, 0.95, 1.05, 0.995)]
    ):
        weight = twenty.person_years[:, kind]
        mean = np.average(np.log(twenty.risk[:, kind] / stated[:, kind]), weights=weight)
        assert abs(mean) < bias
        slope, correlation = slope_and_correlation(twenty.risk[:, kind], stated[:, kind], weight)
        assert low < slope < high
        assert correlation > least


@pytest.mark.needs_data
@pytest.mark.parametrize("kind", [Kind.DISABLED, Kind.AGED_DUAL])
def test_kinds_of_an_aco_differ_in_risk_as_in_the_file(twenty, kind):
    """One risk for all kinds of an ACO would make all these gaps zero."""
    stated, other = twenty.stated("risk"), Kind.AGED_NON_DUAL
    slope, correlation = slope_and_correlation(
        twenty.risk[:, kind] / twenty.risk[:, other],
        stated[:, kind] / stated[:, other],
        twenty.person_years[:, kind],
    )
    assert slope == pytest.approx(1.0, abs=0.13)
    assert correlation > 0.95


@pytest.mark.needs_data
def test_each_kind_has_the_files_mean_spending(twenty):
    """Each ACO within three errors of sampling and 14 %; the ACOs together without bias."""
    efficiency = np.array([plan.efficiency for plan in twenty.plans])
    stated = twenty.stated("spend") * (1.0 + efficiency)[:, None]
    away = np.abs(np.log(twenty.spend / stated))
    assert (away < 0.14 + 3.0 * SPEND_CV / np.sqrt(twenty.person_years)).all()
    for kind, (bias, within, least) in enumerate(
        [(0.08, 0.35, 0.75), (0.05, 0.16, 0.95), (0.05, 0.16, 0.97), (0.03, 0.16, 0.98)]
    ):
        weight = twenty.person_years[:, kind]
        assert abs(np.average(np.log(twenty.spend[:, kind] / stated[:, kind]), weights=weight)) < bias
        slope, correlation = slope_and_correlation(twenty.spend[:, kind], stated[:, kind], weight)
        assert slope == pytest.approx(1.0, abs=within)
        assert correlation > least


@pytest.mark.needs_data
def test_a_file_of_several_years_needs_a_year(tmp_path, cms_file):
    path = cms_file("mssp/mssp_panel_2013_2022.csv.gz", FILE.format("2013-2022, one file"))
    both = Scenario.from_toml(SCENARIO.format(path=path, more=""))
    with pytest.raises(InputError, match="several performance years"):
        plan_acos(both)
    one = Scenario.from_toml(SCENARIO.format(path=path, more="mssp_year = 2021\nfirst = 2"))
    assert len(plan_acos(one)) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"N_AB_Year_ESRD_PY": "-"}, "A2, N_AB_Year_AGED_NonDual_PY: and its like do not say who its people"),
        (
            {f"N_AB_Year_{kind}_PY": "0" for kind in ("ESRD", "DIS", "AGED_Dual", "AGED_NonDual")},
            "A2, N_AB_Year_AGED_NonDual_PY: and its like do not say who its people are",
        ),
        ({"N_AB": "70000000"}, "N_AB: adds up to 70,040,000 lives -> must be at most 70,000,000"),
        ({"RegAdj": "-90000"}, "A2, RegAdj: = -90,000 is as large as what its people cost"),
        ({"RegAdj": "-3500"}, "A2, RegAdj: = -3,500 is as large as what its people cost"),
        ({"ABtotExp": "1000"}, "A2, ABtotBnchmk: = 220,000,000 is no benchmark of 1,000 spent"),
        ({"Per_Capita_Exp_ALL_ESRD_PY": "1"}, "A2, Per_Capita_Exp_ALL_ESRD_PY: = 1 is "),
    ],
)
def test_figures_that_no_aco_has_are_refused_by_aco(tmp_path, change, said):
    rows = whole_results()
    rows[1] |= change
    path = saved(tmp_path, rows)
    with pytest.raises(InputError) as caught:
        plan_acos(Scenario.from_toml(SCENARIO.format(path=path, more="")))
    assert said in str(caught.value)
    assert len(caught.value.faults) == 1
    assert str(path) in str(caught.value)
