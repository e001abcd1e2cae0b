"""Rates with and without a percent sign, in files of one row and of many."""

import pytest
from results_files import changed, results, saved

from sim.inputs.faults import InputError
from sim.inputs.mssp_file import read_mssp
from sim.inputs.reach_file import read_reach

RATES = ("Sav_rate", "MinSavPerc", "QualScore", "FinalShareRate")
FIELDS = ("published_savings_rate", "published_minimum_savings_rate", "quality_score", "final_share_rate")


def bare(cell: str) -> str:
    return cell.removesuffix("%")


def fraction(cell: str) -> str:
    return f"{float(bare(cell)) / 100:g}"


@pytest.mark.parametrize("write", [str, bare, fraction])
@pytest.mark.parametrize("rows", [slice(0, 3), slice(0, 1), slice(1, 2), slice(2, 3)])
def test_the_same_rates_however_written(tmp_path, write, rows):
    data = read_mssp(saved(tmp_path, changed(RATES, write, results()[rows])))
    wanted = ([0.05, 0.02, -0.01][rows], [0.01] * len(data), [0.9] * len(data), [0.75] * len(data))
    for name, values in zip(FIELDS, wanted, strict=True):
        assert getattr(data, name) == pytest.approx(values, abs=1e-12), name


def test_a_small_rate_is_told_by_what_the_row_gives(tmp_path):
    """0.50 without a sign could be half a percent or a half: benchmark and expenditure say which."""
    row = results()[0] | {"Sav_rate": "0.50", "ABtotExp": "109450000"}
    assert read_mssp(saved(tmp_path, [row])).published_savings_rate == pytest.approx([0.005])
    row["ABtotExp"] = "55000000"
    assert read_mssp(saved(tmp_path, [row])).published_savings_rate == pytest.approx([0.5])


def test_cells_with_a_sign_do_not_speak_for_those_without(tmp_path):
    rows = results()
    rows[0]["QualScore"] = "0.9"
    data = read_mssp(saved(tmp_path, rows))
    assert data.quality_score == pytest.approx([0.9, 0.9, 0.9])


def test_a_column_that_is_both_is_refused(tmp_path):
    rows = changed(RATES, bare)
    rows[1]["QualScore"] = "0.9"
    with pytest.raises(InputError, match=r"row 3, QualScore: = '0.9' may be a percentage or a fraction"):
        read_mssp(saved(tmp_path, rows))


def test_an_amount_is_no_percentage(tmp_path):
    rows = changed(["ABtotExp"], lambda cell: f"{cell}%")
    with pytest.raises(InputError, match=r"row 2, ABtotExp: = '104500000%' is a percentage"):
        read_mssp(saved(tmp_path, rows))


@pytest.mark.parametrize("written", ["0.5", "0.005", "0.50%"])
def test_reach(tmp_path, written):
    head = "aco_id,option,benchmark_usd,expenditure_usd,sav_rate,qual_scr\n"
    data = read_reach(saved(tmp_path, f"{head}R1,global,1000,995,{written},95\n"))
    assert data.published_savings_rate == pytest.approx([0.005])
    assert data.quality_score == pytest.approx([0.95])
