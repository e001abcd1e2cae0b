"""ACOs built from CMS's MSSP public use files, and the people made for them."""

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.inputs.lead_criteria import criteria_of
from sim.inputs.mssp_file import read_mssp
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import Kind, Status
from sim.population.plan import plan_acos, plan_from_file
from sim.population.world import build_world
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
    level = np.array([plan.level for plan in plans])
    assert np.allclose(mix.sum(axis=1), 1.0)
    assert np.isfinite(level).all()
    assert (level > 0.0).all()
    # The file's own national average is the yardstick, so levels stand around 1.
    assert np.average(level[:, Kind.AGED_NON_DUAL], weights=file.n_assigned) == pytest.approx(1.0, abs=0.08)


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
    relative = file.per_capita[a, kind, -1] / national[kind] / file.risk[a, kind, -1]
    assert plans[a].level[kind] * (1.0 + plans[a].efficiency) == pytest.approx(relative)
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


@pytest.mark.needs_data
def test_the_people_made_have_the_files_size_mix_spending_and_risk(cms_file):
    """Two ACOs of the file, one dear and sick, one cheap: what they are in CMS's file, they are as people."""
    file = read_mssp(puf(cms_file, 2022))
    plans = plan_from_file(file)
    risk = np.array([plan.risk for plan in plans])
    big = file.n_assigned > 9_000
    chosen = [int(np.argmax(np.where(big, risk, 0.0))), int(np.argmin(np.where(big, risk, 9.0)))]
    two = tuple(plans[a] for a in chosen)
    criteria = criteria_of(load_rulebook("lead-py2027"), 2027)
    world = build_world(two, load_evidence(), criteria, range(2027, 2029), 0.5, 3, 0)
    people = world.people
    made = []
    for a, plan in enumerate(two):
        mine = world.providers.aco[np.maximum(people.practice, 0)] == a
        enrolled = mine & (people.status == Status.ENROLLED)
        # People who saw nobody in two years are not assignable: about one in ten.
        assert enrolled.sum() * 0.9 == pytest.approx(plan.lives, rel=0.10)
        age = 2026 - people.birth_year
        disabled = (enrolled & (age < 65)).sum() / enrolled.sum()
        # The disabled share falls by about half a point a year in the nation and by more where it is high.
        assert disabled == pytest.approx(plan.mix[Kind.DISABLED], abs=0.05)
        made.append((people.risk[enrolled].mean(), people.spend[enrolled].mean()))
    assert made[0][0] / made[1][0] == pytest.approx(two[0].risk / two[1].risk, rel=0.12)
    spent = [
        (np.array(plan.mix) @ (np.array(plan.level) * (1 + plan.efficiency) * file.risk[a, :, -1] * NATION))
        for a, plan in zip(chosen, two, strict=True)
    ]
    assert made[0][1] / made[1][1] == pytest.approx(spent[0] / spent[1], rel=0.15)


# Spending by type in the evidence, only for the relative size of the types.
NATION = load_evidence().array("spending.level")


def test_a_file_of_several_years_needs_a_year(tmp_path, cms_file):
    path = cms_file("mssp/mssp_panel_2013_2022.csv.gz", FILE.format("2013-2022, one file"))
    both = Scenario.from_toml(SCENARIO.format(path=path, more=""))
    with pytest.raises(InputError, match="several performance years"):
        plan_acos(both)
    one = Scenario.from_toml(SCENARIO.format(path=path, more="mssp_year = 2021\nfirst = 2"))
    assert len(plan_acos(one)) == 2
