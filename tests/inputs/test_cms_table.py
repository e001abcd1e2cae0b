"""A results file as spreadsheets of many countries and programs write it: the same ACOs, or refused."""

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from results_files import as_csv, changed, results, saved
from soon import soon

from sim.inputs.cms_table import plain
from sim.inputs.faults import InputError
from sim.inputs.mssp_columns import optional_names
from sim.inputs.mssp_file import read_mssp

RATES = ("Sav_rate", "MinSavPerc", "QualScore")
MONEY = ("ABtotBnchmk", "ABtotExp")


def same(data, other):
    """Return whether two files say the same, their own names apart."""
    return all(
        np.array_equal(value, getattr(other, name), equal_nan=value.dtype.kind == "f")
        for name in data.__slots__
        if isinstance(value := getattr(data, name), np.ndarray)
    )


def grouped(cell: str, between: str) -> str:
    return f"{int(cell):,}".replace(",", between)


@pytest.mark.parametrize(
    "write",
    [
        lambda cell: f"{cell},00",
        lambda cell: grouped(cell, ".") + ",00",
        lambda cell: grouped(cell, "."),
        lambda cell: grouped(cell, ","),
        lambda cell: "$" + grouped(cell, ",") + ".00",
        lambda cell: grouped(cell, "\u00a0") + " USD",
        lambda cell: grouped(cell, "'"),
        lambda cell: f" {cell}.0 ",
    ],
)
def test_money_however_written(tmp_path, write):
    expected = read_mssp(saved(tmp_path, results()))
    assert same(read_mssp(saved(tmp_path, changed(MONEY, write))), expected)


def test_money_in_brackets_is_negative(tmp_path):
    rows = changed(["RegAdj"], lambda cell: f"({cell})")
    assert read_mssp(saved(tmp_path, rows)).regional_adjustment.tolist() == [-100, -100, -100]


def test_a_whole_file_with_decimal_commas(tmp_path):
    """Commas in rates and money show what the points in a count are, which alone prove nothing."""
    rows = changed(MONEY, lambda cell: grouped(cell, ".") + ",00")
    rows = changed(["N_AB"], lambda cell: grouped(cell, "."), rows)
    rows = changed([*RATES, "CMS_HCC_RiskScore_AGND_PY"], lambda cell: cell.replace(".", ","), rows)
    rows = changed(["FinalShareRate"], lambda cell: "75,00 %", rows)
    expected = read_mssp(saved(tmp_path, results()))
    assert same(read_mssp(saved(tmp_path, as_csv(rows, ";"))), expected)


@pytest.mark.parametrize(
    ("cells", "at"),
    [
        ({0: "110000000,40", 1: "220,000,000"}, 2),  # a decimal comma, and commas between thousands
        ({0: "110000000,40", 1: "220,000"}, 3),
        ({0: "110000000,40", 1: "220000000.40", 2: "330000000.40"}, 2),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(tmp_path, cells, at):
    rows = results()
    for row, cell in cells.items():
        rows[row]["ABtotBnchmk"] = cell
    with pytest.raises(InputError, match=rf"PY2022.csv: row {at}, ABtotBnchmk: = '"):
        read_mssp(saved(tmp_path, rows))


def test_thousands_in_doubt_are_refused_where_the_file_has_both_marks(tmp_path):
    rows = changed(MONEY, lambda cell: f"{cell},40")
    rows = changed(["N_AB"], lambda cell: grouped(cell, ","), rows)
    with pytest.raises(InputError, match=r"row 2, N_AB: = '10,000' may have a decimal mark"):
        read_mssp(saved(tmp_path, rows))


def snake(name: str) -> str:
    parts = "".join(f"_{letter}" if letter.isupper() else letter for letter in name)
    return parts.lower().strip("_").replace("__", "_")


@pytest.mark.parametrize("spell", [str.upper, snake, lambda name: name.replace("_", " "), lambda n: f"{n} "])
def test_columns_in_any_spelling(tmp_path, spell):
    rows = [{spell(name): cell for name, cell in row.items()} for row in results()]
    data = read_mssp(saved(tmp_path, rows))
    assert same(data, read_mssp(saved(tmp_path, results())))
    assert data.notes == ()


def test_no_two_columns_have_names_that_differ_in_spelling_only():
    owners: dict[str, int] = {}
    for column, names in enumerate(optional_names()):
        for name in names:
            assert owners.setdefault(plain(name), column) == column, name


@pytest.mark.parametrize(
    ("column", "meant"),
    [("MinSavPrc", "MinSavPerc"), ("Curent_Track", "Current_Track"), ("FinalShareRat", "FinalShareRate")],
)
def test_a_column_nearly_named_is_told(tmp_path, column, meant):
    rows = [{column if name == meant else name: cell for name, cell in row.items()} for row in results()]
    (note,) = read_mssp(saved(tmp_path, rows)).notes
    assert note.endswith(f"column {column!r} is not read; did you mean {meant!r}?")


def test_columns_that_are_others_are_not_taken_for_near_misses(tmp_path):
    rows = [row | {"N_AB_Year_ESRD_BY1": "5", "Per_Capita_Exp_TOTAL_PY": "9"} for row in results()]
    assert read_mssp(saved(tmp_path, rows)).notes == ()


@pytest.mark.parametrize(
    "write",
    [
        lambda cell: "2022-01-01",
        lambda cell: "01JAN2022",
        lambda cell: "1-Jan-22",
        lambda cell: "44562",
        lambda cell: "1/1/22 0:00",
    ],
)
def test_starts_of_agreements(tmp_path, write):
    rows = changed(["Current_Start_Date"], write)
    assert read_mssp(saved(tmp_path, rows)).agreement_start.astype(str).tolist() == ["2022-01-01"] * 3


def test_a_start_that_cannot_be_read_is_refused_by_cell(tmp_path):
    rows = results()
    rows[1]["Current_Start_Date"] = "01/07/2019"
    rows[2]["Current_Start_Date"] = "spring"
    with pytest.raises(InputError) as caught:
        read_mssp(saved(tmp_path, rows))
    first, second = map(str, caught.value.faults)
    assert "PY2022.csv: row 3, Current_Start_Date: = '01/07/2019' may be day 7" in first
    assert "PY2022.csv: row 4, Current_Start_Date: = 'spring' is not a date" in second


@pytest.mark.parametrize("column", ["Rev_Exp_Cat", "Assign_Type", "Agree_Type", "Risk_Model"])
def test_a_word_that_nobody_knows_is_refused(tmp_path, column):
    rows = [row | {column: "Hgih"} for row in results()]
    with pytest.raises(InputError, match=rf"row 2, {column}: = 'Hgih' -> must be one of"):
        read_mssp(saved(tmp_path, rows))


def test_json_and_csv_say_the_same(tmp_path):
    expected = read_mssp(saved(tmp_path, results()))
    assert same(read_mssp(saved(tmp_path, json.dumps(results()), "PY2022.json")), expected)
    text = "\ufeffsep=;\n" + as_csv(results(), ";")
    assert same(read_mssp(saved(tmp_path, text.encode("utf-16"), "PY2022.txt")), expected)


@pytest.mark.parametrize("cell", ["2022", "PY2022", "2022.0", "2,022"])
def test_the_year_in_a_column(tmp_path, cell):
    data = read_mssp(saved(tmp_path, [row | {"PY": cell} for row in results()], "PY2019.csv"))
    assert data.performance_year.tolist() == [2022] * 3
    assert data.year_said_by == "the column PY"


def test_the_year_is_said_by_name_or_by_who_asks(tmp_path):
    path = saved(tmp_path, results(), "Results_2024_revised 2026_07_17.csv")
    data = read_mssp(path)
    assert (data.performance_year[0], data.year_said_by) == (2024, "the file's name")
    data = read_mssp(path, 2023)
    assert (data.performance_year[0], data.year_said_by) == (2023, "what was asked for")


def test_a_name_with_two_years_is_refused_with_both(tmp_path):
    with pytest.raises(InputError, match=r"for sure: 2022 or 2023 -> name it with --year"):
        read_mssp(saved(tmp_path, results(), "2022_2023.csv"))


def test_standard_input(monkeypatch):
    content = as_csv(results()).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert len(read_mssp("-", 2022)) == 3
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    with pytest.raises(InputError, match="standard input: says no performance year -> name it with --year"):
        read_mssp("-")


@pytest.mark.parametrize("column", ["Met_QPS", "Agreement_Period_Num"])
def test_counts_and_flags_are_whole(tmp_path, column):
    rows = [{**row, column: "1"} for row in results()]
    rows[1][column] = "1.0"
    assert len(read_mssp(saved(tmp_path, rows))) == len(rows)
    rows[1][column] = "0.5" if column == "Met_QPS" else "1.5"
    with pytest.raises(InputError, match=rf"row 3, {column}: = '.\.5' is no whole number"):
        read_mssp(saved(tmp_path, rows))


def test_a_year_and_a_half_is_no_year(tmp_path):
    rows = [{**row, "Performance_Year": "2022.5"} for row in results()]
    with pytest.raises(InputError, match=r"= '2022\.5' is not the year of a row"):
        read_mssp(saved(tmp_path, rows))


@pytest.mark.parametrize(
    ("column", "cell", "allowed"),
    [
        ("ABtotBnchmk", "1e308", "between 1 and 1,000,000,000,000"),
        ("ABtotExp", "1000000000001", "between 0 and 1,000,000,000,000"),
        ("EarnSaveLoss", "-1e300", "between -1,000,000,000,000 and 1,000,000,000,000"),
        ("N_AB", "70000001", "between 1 and 70,000,000"),
        ("HistBnchmk", "1e-300", "0, or between 1 and 10,000,000"),
        ("RegAdj", "1e9", "between -10,000,000 and 10,000,000"),
        ("CMS_HCC_RiskScore_AGND_PY", "1e-9", "0, or between 0.05 and 20"),
        ("N_AB_Year_AGED_NonDual_PY", "1e-300", "0, or between 0.001 and 70,000,000"),
        ("Per_Capita_Exp_ALL_AGND_PY", "1e8", "0, or between 1 and 10,000,000"),
    ],
)
def test_amounts_that_nobody_believes_are_refused_by_cell(tmp_path, column, cell, allowed):
    rows = [row | {column: cell if at == 1 else row.get(column, "*")} for at, row in enumerate(results())]
    with pytest.raises(InputError) as caught:
        read_mssp(saved(tmp_path, rows))
    assert [str(one).partition("PY2022.csv: ")[2] for one in caught.value.faults] == [
        f"row 3, {column}: = {cell!r} is out of range -> {allowed}"
    ]


def test_thousands_of_columns_nearly_named_are_compared_soon(tmp_path):
    more = {f"Per_Capita_Epx_ALL_AGND_BY{at}{at}": "1" for at in range(5000)}
    with soon(5):
        assert len(read_mssp(saved(tmp_path, [row | more for row in results()]))) == 3
