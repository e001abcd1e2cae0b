"""ACO REACH settled from its rulebooks reproduces what CMS published for PY2021 and PY2022."""

import json
from collections import Counter

import pytest

from sim.audit.settle import settle
from sim.inputs.faults import InputError

FILE = "reach/reach_gpdc_results_PY2021_2022.csv.gz"
WHAT = "CMS, GPDC and ACO REACH Financial and Quality Results, PY2021 and PY2022"

# Published as 0 after sequestration though savings were shared: a first-year ACO with the retention withhold.
FORFEITED = {(2022, "D0128")}


@pytest.mark.needs_data
@pytest.mark.parametrize(("py", "acos"), [(2021, 53), (2022, 99)])
def test_every_row_is_shared_within_a_dollar(cms_file, py, acos):
    rows = settle(cms_file(FILE, WHAT), f"reach-py{py}").rows
    assert len(rows) == acos
    for row in rows:
        assert abs(row["difference_gross_savings"]) <= 1.0
        assert abs(row["difference_shared_savings"]) <= 1.0
        assert abs(row["difference_savings_rate"]) <= 2e-5
        if (py, row["aco_id"]) not in FORFEITED:
            assert abs(row["difference_after_sequestration"]) <= 1.0


@pytest.mark.needs_data
def test_only_gains_are_sequestered(cms_file):
    path = cms_file(FILE, WHAT)
    signs = Counter()
    for py in (2021, 2022):
        for row in settle(path, f"reach-py{py}").rows:
            gain = row["published_shared_savings"] > 0
            signs[gain] += 1
            if (py, row["aco_id"]) in FORFEITED:
                assert gain
                assert row["published_after_sequestration"] == 0.0
                continue
            kept = row["published_after_sequestration"] / row["published_shared_savings"]
            assert kept == pytest.approx(0.98 if gain else 1.0, abs=1e-6)
    assert signs == {True: 115, False: 37}


@pytest.mark.needs_data
def test_totals_are_the_sums_of_the_rows(cms_file):
    result = settle(cms_file(FILE, WHAT), "reach-py2021")
    totals = json.loads(result.to_json())
    assert totals["acos"] == 53
    # CMS's headline for PY2021: 47 million USD to the ACOs.
    assert totals["earned"] == pytest.approx(46.5e6, rel=0.002)
    assert totals["gross_savings"] == pytest.approx(sum(row["gross_savings"] for row in result.rows))


@pytest.mark.needs_data
def test_a_rulebook_of_another_year_finds_no_rows(cms_file):
    with pytest.raises(InputError, match="has no rows of 2025 -> one of 2021, 2022"):
        settle(cms_file(FILE, WHAT), "reach-py2025")


PLAIN = (
    "aco_id,option,benchmark_usd,expenditure_usd\nX1,Global,1000000,880000\nX2,professional,1000000,1120000\n"
)


def test_a_plain_file_needs_four_columns(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    one, two = settle(path, "reach-py2025").rows
    assert list(one) == [
        "aco_id",
        "gross_savings",
        "savings_rate",
        "minimum_savings_rate",
        "shared_savings",
        "after_sequestration",
        "earned",
    ]
    assert one["shared_savings"] == pytest.approx(120_000)
    assert one["earned"] == pytest.approx(117_600)
    # 5 % at 50 %, 5 % at 35 %, 2 % at 15 %; losses are not sequestered.
    assert two["earned"] == pytest.approx(-(25_000 + 17_500 + 3_000))


@pytest.mark.parametrize(
    ("program", "earned"),
    [
        ("reach-py2026", (0.98 * 110_000, -45_500)),
        # Both take sequestration of gains only.
        ("lead-py2027", (0.98 * 120_000, -57_000)),
    ],
)
def test_another_program_settles_the_same_file_by_its_own_corridors(tmp_path, program, earned):
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    rows = settle(path, program, py=2027 if program.startswith("lead") else None).rows
    assert [row["earned"] for row in rows] == pytest.approx(earned)


def test_rows_are_written_whole(tmp_path):
    path, out = tmp_path / "plain.csv", tmp_path / "out.csv"
    path.write_text(PLAIN)
    settle(path, "reach-py2025", out=out)
    lines = out.read_text().splitlines()
    assert lines[0].startswith("aco_id,gross_savings,savings_rate,minimum_savings_rate,shared_savings")
    assert len(lines) == 3
    assert sorted(found.name for found in tmp_path.iterdir()) == ["out.csv", "plain.csv"]


def test_a_folder_that_does_not_exist_is_a_fault(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN)
    with pytest.raises(InputError, match=r"out.csv: cannot be written \(No such file or directory\)"):
        settle(path, "reach-py2025", out=tmp_path / "absent" / "out.csv")


def test_all_faults_of_a_plain_file_come_at_once(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("aco_id,option,benchmark_usd\nX1,Globall,abc\nX1,Global,-5\n")
    with pytest.raises(InputError) as caught:
        settle(path, "reach-py2025")
    message = str(caught.value)
    assert "no column holds the total cost of care in dollars" in message
    assert "did you mean 'global'?" in message
    assert "row 2, benchmark_usd: = 'abc' is not a number" in message
    assert "row 3, benchmark_usd: = '-5' is out of range -> 0, or between 1 and 1,000,000,000,000" in message
    assert "= 'X1' is met 2 times" in message


def test_a_rulebook_of_one_year_does_not_settle_a_file_that_says_another(tmp_path):
    path = tmp_path / "results_PY2023.csv"
    path.write_text("aco_id,option,benchmark_usd,expenditure_usd\nR1,global,1000,900\n")
    with pytest.raises(InputError, match="is of 2023 by its name, and reach-py2022 settles 2022"):
        settle(path, "reach-py2022")
    assert settle(path, "reach-py2022", py=2022).totals["performance_year"] == 2022
    assert settle(path, "reach-py2023").totals["performance_year"] == 2023
