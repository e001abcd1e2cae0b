"""An MSSP ACO under LEAD: closed forms on one ACO at a time, and CMS's PY2022 file as a whole."""

import csv
import json

import pytest

from sim.audit.rebenchmark import PARTS, rebenchmark
from sim.inputs.faults import InputError

PERIODS = ("BY1", "BY2", "BY3", "PY")
TYPES = {"ESRD": "ESRD", "DIS": "DIS", "AGDU": "AGED_Dual", "AGND": "AGED_NonDual"}


def one_aco(tmp_path, name="PY2022.csv", **changes):
    """An ACO of 10,000 aged non-dual person-years at risk 1; updated benchmark 12,000, historical 10,000."""
    cells = {
        "ACO_ID": "A1",
        "ACO_Name": "One",
        "Agreement_Period_Num": 1,
        "Current_Start_Date": "01/01/2022",
        "N_AB": 10_000,
        "N_AB_Year_PY": 10_000,
        "ABtotBnchmk": 120_000_000,
        "ABtotExp": 110_000_000,
        "UpdatedBnchmk": 12_000,
        "HistBnchmk": 10_000,
        "RegAdj": 0,
        **{f"N_AB_Year_{kind}_PY": 10_000 if kind == "AGED_NonDual" else 0 for kind in TYPES.values()},
        **{f"CMS_HCC_RiskScore_{kind}_PY": 1.0 for kind in TYPES},
        **changes,
    }
    path = tmp_path / name
    path.write_text(",".join(cells) + "\n" + ",".join(str(value) for value in cells.values()) + "\n")
    return path


def cents(dollars):
    return round(100 * dollars)


def parts(row):
    """Return the parts of a change that are not 0."""
    found = {part: row[f"change_by_{part}_usd"] for part in PARTS}
    assert cents(row["change_usd"]) == sum(map(cents, found.values()))
    return {part: pytest.approx(value, abs=0.01) for part, value in found.items() if value}


def moved(path, option="global", program="lead-py2027", py=2027):
    (row,) = rebenchmark(path, program, option, py).rows
    return row


def test_a_lower_spending_aco_is_weighed_anew(tmp_path):
    """35 % of the gap is 70 a head now: the gap is 200, at PY prices 240, and half of it 120, not 84."""
    row = moved(one_aco(tmp_path, RegAdj=70))
    assert row["designation"] == "lower_spending"
    assert row["adjustment_kind"] == "regional"
    assert row["regional_gap"] == pytest.approx(240)
    assert row["present_adjustment"] == pytest.approx(84)
    assert row["adjustment"] == pytest.approx(120)
    assert row["benchmark_before_discount_usd"] == pytest.approx(10_000 * (12_000 - 84 + 120))
    assert row["discount_rate"] == pytest.approx(0.03)
    assert row["benchmark_usd"] == pytest.approx(0.97 * 120_360_000)
    assert row["change_usd"] == pytest.approx(0.97 * 120_360_000 - 120_000_000)
    assert row["change_pct"] == pytest.approx(100 * (0.97 * 1.003 - 1))
    assert row["add_on_usd"] == 0


def test_a_higher_spending_aco_loses_its_penalty_and_has_the_add_on(tmp_path):
    row = moved(one_aco(tmp_path, RegAdj=-30))
    assert row["designation"] == "higher_spending"
    assert row["regional_gap"] == pytest.approx(-30 / 0.15 * 1.2)
    assert row["adjustment"] == 0
    before = 10_000 * (12_000 + 36)
    assert row["benchmark_usd"] == pytest.approx(before * (1 - 0.0175))
    assert row["add_on_usd"] == pytest.approx(0.015 * before)


@pytest.mark.parametrize(("program", "cap"), [("lead-py2027", 0.03), ("lead-rfa-2026-04", 0.05)])
def test_the_cap_is_a_share_of_national_expenditure_at_the_acos_mix_and_risk(tmp_path, program, cap):
    path = one_aco(tmp_path, RegAdj=5000, CMS_HCC_RiskScore_AGND_PY=1.1)
    assert moved(path, program=program)["adjustment"] == pytest.approx(cap * 11_610.30 * 1.1)


def test_professional_has_no_regional_adjustment_and_no_discount(tmp_path):
    row = moved(one_aco(tmp_path, RegAdj=70), option="professional")
    assert row["adjustment"] == 0
    assert row["discount_rate"] == 0
    assert row["benchmark_usd"] == pytest.approx(10_000 * (12_000 - 84))


def test_prior_savings_replace_the_regional_adjustment_where_they_are_higher(tmp_path):
    row = moved(one_aco(tmp_path, "PY2024.csv", RegAdj=35, PriorSavAdj=90, FinalAdjCat="Prior Savings"))
    assert row["adjustment_kind"] == "prior_savings"
    assert row["present_adjustment"] == pytest.approx(108)
    assert row["adjustment"] == pytest.approx(108)
    assert row["benchmark_before_discount_usd"] == pytest.approx(120_000_000)


@pytest.mark.parametrize(
    ("category", "start", "counted"),
    [
        ("Regional", "01/01/2024", 20.0),
        ("Prior Savings", "01/01/2024", 90.0),
        ("-", "01/01/2024", 90.0),
        ("-", "01/01/2022", 20.0),
        ("HEBA", "01/01/2025", 0.0),
    ],
)
def test_which_present_adjustment_counts(tmp_path, category, start, counted):
    row = moved(
        one_aco(
            tmp_path, "PY2024.csv", RegAdj=20, PriorSavAdj=90, FinalAdjCat=category, Current_Start_Date=start
        )
    )
    assert row["present_adjustment"] == pytest.approx(1.2 * counted)


def test_the_discount_follows_the_performance_year(tmp_path):
    path = one_aco(tmp_path, RegAdj=-30)
    rates = [moved(path, py=py)["discount_rate"] for py in range(2027, 2032)]
    assert rates == pytest.approx([0.0175, 0.02, 0.0225, 0.025, 0.0275])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("mssp", "global", 2027), "must be one of lead-py2027, lead-rfa-2026-04"),
        (("lead-py2027", "gobal", 2027), "did you mean 'global'"),
        (("lead-py2027", "global", 2026), "from 2027 to 2036"),
        (("lead-py2027", "global", 2033), "county rates are not public"),
    ],
)
def test_faults_of_the_command(tmp_path, arguments, problem):
    with pytest.raises(InputError, match=problem):
        rebenchmark(one_aco(tmp_path), *arguments)


def test_a_file_without_the_adjustment_in_dollars_says_what_is_missing(tmp_path):
    with pytest.raises(InputError, match=r"no row gives the regional adjustment in dollars .*from PY2022"):
        rebenchmark(one_aco(tmp_path, "PY2021.csv", RegAdj="-"), "lead-py2027", "global")


def test_parts_of_a_lower_spending_aco(tmp_path):
    """The gap is 240 a head at PY prices; 35 % of it counted, LEAD gives 50 %, then takes 3 % of all."""
    row = moved(one_aco(tmp_path, RegAdj=70))
    assert parts(row) == {"reweighting": 10_000 * (120 - 84), "discount": -0.03 * 120_360_000}


def test_parts_of_a_higher_spending_aco(tmp_path):
    """-36 counted of a gap of -240: half of it would be -120, and the floor makes it 0."""
    row = moved(one_aco(tmp_path, RegAdj=-30))
    before = 10_000 * 12_036
    discount = 0.0175 * before
    assert parts(row) == {"reweighting": -10_000 * 84, "floor": 10_000 * 120, "discount": -discount}


def test_parts_under_the_cap_and_of_prior_savings(tmp_path):
    capped = parts(moved(one_aco(tmp_path, RegAdj=5000)))
    national = 11_610.30
    weighed = 5000 / 0.35 * 1.2 * 0.5
    assert capped["reweighting"] == 10_000 * (weighed - 6000)
    assert capped["cap"] == 10_000 * (0.03 * national - weighed)
    path = one_aco(tmp_path, "PY2024.csv", RegAdj=35, PriorSavAdj=90, FinalAdjCat="Prior Savings")
    saved = parts(moved(path))
    assert saved["reweighting"] == 10_000 * 60
    assert saved["prior_savings"] == 10_000 * (108 - 60 - 108)


def test_a_rule_can_be_changed(tmp_path):
    """Inside, the add-on raises the benchmark and is itself discounted."""
    path = one_aco(tmp_path, RegAdj=-30)
    result = rebenchmark(path, "lead-py2027", "global", settings=["add_on.place=inside"])
    (row,) = result.rows
    before = 10_000 * 12_036
    assert parts(row)["add_on"] == 0.015 * before
    assert parts(row)["discount"] == -0.0175 * 1.015 * before
    assert result.notes == ()
    outside = rebenchmark(path, "lead-py2027", "global").totals
    inside = result.totals
    for totals in (outside, inside):
        assert totals["change_with_add_on_outside_usd"] == outside["change_usd"]
        assert totals["change_with_add_on_inside_usd"] == inside["change_usd"]
        assert totals["add_on_paid_apart_outside_usd"] == pytest.approx(0.015 * before)
        assert totals["add_on_paid_apart_inside_usd"] == 0


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("discount.lower_spending=1 %", "discount_rate", 0.01),
        ("program.values.discount.lower_spending=1 %", "discount_rate", 0.01),
        ("discount.lower_spending={2027 = '1 %'}", "discount_rate", 0.01),
        ("efficiency.share=0.35", "adjustment", 84),
        ("mssp.benchmark.prior_savings_share=0.25", "adjustment", 216),
    ],
)
def test_rules_of_both_rulebooks(tmp_path, setting, field, value):
    changes = {"PriorSavAdj": 90, "FinalAdjCat": "Prior Savings"} if setting.startswith("mssp") else {}
    path = one_aco(tmp_path, "PY2024.csv", RegAdj=70, **changes)
    (row,) = rebenchmark(path, "lead-py2027", "global", settings=[setting]).rows
    assert row[field] == pytest.approx(value)


def test_a_rule_that_does_not_act_here_is_told(tmp_path):
    settings = ["quality.withhold=1 %", "discount.lower_spending=1 %", "trend.guard_path=open"]
    notes = rebenchmark(one_aco(tmp_path, RegAdj=70), "lead-py2027", "global", settings=settings).notes
    idle = "quality.withhold=1 %, trend.guard_path=open"
    assert notes == (f"These rules were set and change nothing here: {idle}.",)


def two_cells(tmp_path, regional):
    """1,000 people with ESRD at 100,000 a year and 9,000 others at 10,000; history 19,000 a head."""
    spent = {"ESRD": 100_000, "AGND": 10_000}
    present = (0.35 if regional > 0 else 0.15) * regional
    return one_aco(
        tmp_path,
        UpdatedBnchmk=19_000 + present,
        HistBnchmk=19_000 + present,
        ABtotBnchmk=10_000 * (19_000 + present),
        RegAdj=present,
        N_AB_Year_ESRD_PY=1_000,
        N_AB_Year_AGED_NonDual_PY=9_000,
        **{f"Per_Capita_Exp_ALL_{kind}_{period}": usd for kind, usd in spent.items() for period in PERIODS},
        **{f"CMS_HCC_RiskScore_{kind}_{period}": 1.0 for kind in TYPES for period in PERIODS},
    )


def adjusted(path, **levels):
    settings = [f"efficiency.{name}={value}" for name, value in levels.items()]
    result = rebenchmark(path, "lead-py2027", "global", settings=settings)
    (row,) = result.rows
    return row["adjustment"], parts(row), result.notes


def test_cap_and_floor_by_cell_or_by_total(tmp_path):
    """By hand. The nation costs 90,392.21 and 11,610.30, at this mix 19,488.491 a head.

    At a mean gap of 1,000 the region costs 20,000, 1.0262467 times that: 92,764.705 and 11,915.033. So the
    gaps are -7,235.295 and 1,915.033, and half of them -3,617.648 and 957.516. Caps of 3 % by cell are
    2,711.766 and 348.309; of the total 584.655.
    """
    path = two_cells(tmp_path, 1_000)
    nation = 0.1 * 90_392.21 + 0.9 * 11_610.30
    region = 20_000 / nation
    esrd, others = 0.5 * (90_392.21 * region - 100_000), 0.5 * (11_610.30 * region - 10_000)
    assert (esrd, others) == (pytest.approx(-3_617.648, abs=0.01), pytest.approx(957.516, abs=0.01))
    total, said, _ = adjusted(path, cap_level="total")
    assert total == pytest.approx(500)
    assert set(said) == {"reweighting", "discount"}
    # By cell the cap takes the others' to 348.309: with the ESRD cell the mean is below 0.
    assert adjusted(path)[0] == 0
    both, said, notes = adjusted(path, cap_level="cell", floor_level="cell")
    assert both == pytest.approx(0.9 * 348.309)
    assert said["floor"] == pytest.approx(10_000 * 0.1 * -esrd, rel=1e-6)
    assert said["cap"] == pytest.approx(10_000 * (0.9 * 348.309 - 0.9 * others), rel=1e-6)
    assert not [note for note in notes if "floor_level" in note]
    assert adjusted(path, cap_level="total", floor_level="cell")[0] == pytest.approx(584.655, abs=0.001)
    assert adjusted(two_cells(tmp_path, -1_000), floor_level="total")[0] == 0


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("add_on.plce=inside", r"--set: add_on.plce: is not a known key .* did you mean 'place'"),
        ("add_on.place=insde", r"--set: add_on.place: .*must be one of outside, inside"),
        ("discount.lower_spending=3 USD", "--set: discount.lower_spending"),
        ("mssp.benchmark.nothing=1", "--set: benchmark.nothing: is not a known key"),
        ("inside", "'inside' is not a setting"),
    ],
)
def test_faults_of_settings(tmp_path, setting, problem):
    with pytest.raises(InputError, match=problem):
        rebenchmark(one_aco(tmp_path), "lead-py2027", "global", settings=[setting])


def test_the_file_may_be_of_a_year_that_is_named(tmp_path):
    path = one_aco(tmp_path, "results.csv", RegAdj=70)
    with pytest.raises(InputError, match="name it with --year"):
        rebenchmark(path, "lead-py2027", "global")
    assert rebenchmark(path, "lead-py2027", "global", year=2022).totals["performance_year"] == 2022


PY2022 = ("mssp/mssp_results_puf_PY2022_raw.csv.gz", "CMS, MSSP results, PY2022")


@pytest.mark.needs_data
def test_py2022_as_a_whole(cms_file, tmp_path):
    out = tmp_path / "out.csv"
    result = rebenchmark(cms_file(*PY2022), "lead-py2027", "global", out=out)
    totals = json.loads(result.to_json())
    assert list(totals) == [
        "acos",
        "performance_year",
        "performance_year_from",
        "lower_spending",
        "higher_spending",
        "benchmark_usd",
        "change_usd",
        "change_pct",
        *(f"change_by_{part}_usd" for part in PARTS),
        "lower_spending_change_usd",
        "higher_spending_change_usd",
        "change_with_add_on_outside_usd",
        "add_on_paid_apart_outside_usd",
        "change_with_add_on_inside_usd",
        "add_on_paid_apart_inside_usd",
    ]
    assert (totals["acos"], totals["lower_spending"], totals["higher_spending"]) == (482, 416, 66)
    present = sum(row["present_benchmark_usd"] for row in result.rows)
    assert totals["benchmark_usd"] - totals["change_usd"] == pytest.approx(present)
    parts = totals["lower_spending_change_usd"] + totals["higher_spending_change_usd"]
    assert parts == pytest.approx(totals["change_usd"])
    # A 3 % discount, less what re-weighting gives the first agreements.
    assert -3.0 < totals["change_pct"] < -2.5
    for row in result.rows:
        assert cents(row["change_usd"]) == sum(cents(row[f"change_by_{part}_usd"]) for part in PARTS)
        assert row["adjustment"] >= 0
        assert (row["designation"] == "higher_spending") == (row["regional_gap"] <= 0)
        if row["present_weight"] == 0.5 and row["designation"] == "lower_spending":
            # Already at LEAD's weight: the discount, and the cap where it bites.
            assert row["change_pct"] <= -3.0 + 1e-6
    with out.open(newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == 482
    assert written[0]["aco_id"] == result.rows[0]["aco_id"]


@pytest.mark.needs_data
def test_options_and_rulebooks_differ_as_their_terms_do(cms_file):
    path = cms_file(*PY2022)
    both = {
        (program, option): rebenchmark(path, program, option).totals
        for program in ("lead-py2027", "lead-rfa-2026-04")
        for option in ("global", "professional")
    }
    # The earlier rulebook caps at 5 %; Professional has neither adjustment nor discount, so it cannot differ.
    assert (
        both["lead-rfa-2026-04", "global"]["benchmark_usd"] > both["lead-py2027", "global"]["benchmark_usd"]
    )
    assert both["lead-rfa-2026-04", "professional"] == both["lead-py2027", "professional"]
    assert both["lead-py2027", "professional"]["higher_spending_change_usd"] > 0
