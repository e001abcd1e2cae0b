"""Who may be in LEAD: each rule of entry, moved, changes who is settled or how in a little world."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.model import LeadModel
from sim.outcomes.registry import BY_NAME
from sim.replicate import simulate
from sim.scenarios import Scenario

ACOS = (
    aco("large", 900, entry="renewing", former_mssp=True),
    aco("small", 300, entry="renewing"),
    aco("needy", 250, high_needs_share="60 %", market="rural"),
)
LARGE, SMALL, NEEDY = range(3)
# The published minimums, a sixth of them or so.
SIXTH = {
    "newly_entering_by": "people",
    "newly_entering_below": 500,
    "below_minimum": "out",
    "minimum.standard": 800,
    "minimum.newly_entering": 160,
    "minimum.high_needs": 130,
    "base_year_minimum.standard": 500,
    "base_year_minimum.newly_entering": 100,
    "base_year_minimum.high_needs": 80,
}
MADE = scenario_of(
    *ACOS, arms={**NO_ACO, "lead": {"program": "lead"}}, seed=3, last_py=2030, aco_market_share="50 %"
)
LEAD = 1


def with_rules(**rules):
    stated = {f"program.values.eligibility.{key}": value for key, value in (SIXTH | rules).items()}
    return MADE.replace(stated)


def run(**rules):
    return simulate(with_rules(**rules), 0)


@cache
def unchanged():
    return run()


def meets(out):
    return out["meets_minimum"][LEAD]


def settled(out):
    return out["gross_savings"][LEAD] != BY_NAME["gross_savings"].fill_value


def test_with_enough_people_all_are_in():
    out = unchanged()
    assert (meets(out) == 1).all()
    assert settled(out).all()
    assert out["newly_entering"][LEAD, :, 0].tolist() == [0, 1, 1]
    assert out["minimum_people"][LEAD, :, 0].tolist() == [800, 160, 130]
    # In the reference arm nobody is in LEAD.
    assert (out["meets_minimum"][0] == -1).all()
    assert np.isnan(out["minimum_people"][0]).all()


def test_people_decide_over_the_label():
    """A renewing ACO of few people has the weights of Newly Entering ones, against its label."""
    by_label = run(newly_entering_by="label")
    assert by_label["newly_entering"][LEAD, :, 0].tolist() == [0, 0, 1]
    few, many = unchanged(), run(newly_entering_below=200)
    assert many["newly_entering"][LEAD, :, 0].tolist() == [0, 0, 0]
    name = "historical_benchmark"
    assert (few[name][LEAD, SMALL, :, 0] != many[name][LEAD, SMALL, :, 0]).any()
    np.testing.assert_array_equal(few[name][LEAD, LARGE], many[name][LEAD, LARGE])
    # As a standard ACO it has not the people it needs.
    assert meets(many)[SMALL].tolist() == [0] * 4
    assert meets(by_label)[SMALL].tolist() == [0] * 4


@pytest.mark.parametrize(
    ("key", "value", "whose"),
    [
        ("minimum.standard", 1200, LARGE),
        ("minimum.newly_entering", 400, SMALL),
        ("minimum.high_needs", 350, NEEDY),
        ("base_year_minimum.standard", 1200, LARGE),
        ("base_year_minimum.newly_entering", 400, SMALL),
        ("base_year_minimum.high_needs", 350, NEEDY),
    ],
)
def test_who_lacks_the_people_it_needs_does_not_start(key, value, whose):
    out = run(**{key: value})
    others = [row for row in range(3) if row != whose]
    assert (meets(out)[whose] == 0).all()
    assert not settled(out)[whose].any()
    assert settled(out)[others].all()
    # It costs and changes nothing: its people cost what they did in the reference arm, and it has no cash.
    assert (out["aco_cash_change"][LEAD, whose] == BY_NAME["aco_cash_change"].fill_value).all()
    spilled = out["true_savings"][LEAD, whose].sum()
    assert abs(spilled) < 0.2 * abs(unchanged()["true_savings"][LEAD, whose].sum())
    stays = run(**{key: value, "below_minimum": "stays"})
    assert meets(stays)[whose, 0] == 0
    np.testing.assert_array_equal(stays["settlement"][LEAD], unchanged()["settlement"][LEAD])


def test_the_high_needs_share_decides_the_type():
    out = run(high_needs_share="90 %")
    assert out["minimum_people"][LEAD, NEEDY, 0] == 160
    counted = run(high_needs_share="90 %", high_needs_counts="high_needs_or_esrd")
    assert counted["minimum_people"][LEAD, NEEDY, 0] in (130, 160)


def test_minimums_by_year_and_the_glide_path_act_from_their_year_on():
    by_year = run(**{"minimum.newly_entering": {"2027": 160, "2029": 400}})
    assert by_year["minimum_people"][LEAD, SMALL].tolist() == [160, 160, 400, 400]
    assert meets(by_year)[SMALL].tolist() == [1, 1, 0, 0]
    glide = run(**{"glide_path": "reach", "glide.newly_entering": [160, 160, 160, 400]})
    assert glide["minimum_people"][LEAD, SMALL].tolist() == [160, 160, 160, 400]
    assert settled(glide)[SMALL].tolist() == [True, True, True, False]
    needy = run(**{"glide_path": "reach", "glide.high_needs": [130, 400], "glide.newly_entering": [160]})
    assert settled(needy)[NEEDY].tolist() == [True, False, False, False]
    published = with_rules(glide_path="reach")
    assert published.rulebook("lead").array("eligibility.glide.newly_entering")[-1] == 5000


def people_before(year):
    """Return the people of the small ACO the year before one, which its minimum is held against."""
    model = LeadModel(with_rules(below_minimum="stays"), "lead")
    while model.year < year:
        model.step()
    sums = model.history[year - 1].care[: model.world.n_practices]
    return int(sums[model.practice_aco() == SMALL, :, 0].sum())


def test_the_buffer_saves_an_aco_once_and_then_it_is_out():
    # 5 % more than it has at the start, for all years.
    wanted = round(1.05 * people_before(2027))
    short = {"minimum.newly_entering": wanted}
    assert run(**short, buffer="20 %")["meets_minimum"][LEAD, SMALL].tolist() == [1, 0, 0, 0]
    assert run(**short, buffer="20 %", buffer_uses=2)["meets_minimum"][LEAD, SMALL].tolist() == [1, 1, 0, 0]
    assert settled(run(**short, buffer="20 %", buffer_uses=4))[SMALL].all()
    assert not settled(run(**short, buffer="3 %"))[SMALL].any()


def test_once_out_an_aco_stays_out():
    out = run(**{"minimum.newly_entering": {"2027": 160, "2028": 400, "2029": 160}})
    assert meets(out)[SMALL].tolist() == [1, 0, 0, 0]


def test_rules_on_entry_leave_other_programs_alone():
    made = scenario_of(*ACOS, arms={**NO_ACO, "mssp": {"program": "mssp"}}, last_py=2028)
    strict = made.replace({"program.values.eligibility.below_minimum": "out"})
    for name, values in simulate(strict, 0).items():
        np.testing.assert_array_equal(values, simulate(made, 0)[name], err_msg=name)


@pytest.mark.needs_data
def test_acos_of_a_file_are_let_in_by_the_published_minimums(cms_file):
    """All of a file are called renewing: one of 2,434 people is new by them, one of 3,900 is too small."""
    path = cms_file(
        "mssp/mssp_results_puf_PY2022_raw.csv.gz",
        "CMS, MSSP Performance Year Financial and Quality Results, PY2022",
    )
    made = Scenario.from_toml(
        f"""
        schema_version = 1
        [study]
        name = "file"
        seed = 5
        [horizon]
        last_py = 2027
        [population]
        mssp_puf = "{path}"
        acos = ["A1737", "A3719"]
        [arms.no_aco]
        program = "none"
        [arms.lead]
        program = "lead"
        """
    )
    out = simulate(made, 0)
    assert out["newly_entering"][LEAD, :, 0].tolist() == [1, 0]
    assert out["minimum_people"][LEAD, :, 0].tolist() == [1000, 5000]
    assert meets(out)[:, 0].tolist() == [1, 0]
    assert settled(out)[:, 0].tolist() == [True, False]
