"""Totals are no ACOs, and ACOs whose names hold such a word are."""

import pytest
from results_files import results, saved
from soon import soon

from sim.inputs.faults import InputError
from sim.inputs.mssp_file import read_mssp
from sim.inputs.reach_file import read_reach
from sim.inputs.total_rows import is_total


@pytest.mark.parametrize(
    "text",
    [
        "Total",
        "TOTAL:",
        "Grand Total",
        "Sub-total",
        "Subtotal",
        "Totals for all ACOs",
        "Total (all ACOs)",
        "BASIC Level E total",
        "Total, two-sided",
        "PY2022 Total",
        "National average",
        "Mean",
        "Median",
        "Sum",
        "All ACOs",
    ],
)
def test_totals(text):
    assert is_total(text)


@pytest.mark.parametrize(
    "text",
    ["National ACO", "Total Care ACO, LLC", "TotalHealth", "All Island ACO", "Summit", "Meany Medical"],
)
def test_acos_with_such_words(text):
    assert not is_total(text)


def total(rows, **said):
    """Return the row of sums."""
    amounts = ("N_AB", "ABtotBnchmk", "ABtotExp")
    return (
        dict.fromkeys(rows[0], "")
        | {name: str(sum(int(row[name]) for row in rows)) for name in amounts}
        | said
    )


@pytest.mark.parametrize("said", [{"ACO_ID": "Total"}, {"ACO_Name": "Grand Total"}, {"ACO_ID": "Sub-total"}])
def test_a_row_that_says_total_is_left_out_with_a_word(tmp_path, said):
    rows = results()
    data = read_mssp(saved(tmp_path, [*rows, total(rows, **said)]))
    assert data.aco_id.tolist() == ["A1", "A2", "A3"]
    (note,) = data.notes
    assert "PY2022.csv: row 5 is no ACO" in note
    assert repr(next(iter(said.values()))) in note


def test_an_aco_named_total_that_has_an_identifier_is_an_aco(tmp_path):
    rows = results()
    rows[1]["ACO_Name"] = "Total"
    assert len(read_mssp(saved(tmp_path, rows))) == 3


@pytest.mark.parametrize("at", [0, 3])
def test_a_row_of_sums_under_another_name_is_refused(tmp_path, at):
    rows = results()
    rows.insert(at, total(rows, ACO_ID="X1", ACO_Name="Whole program"))
    with pytest.raises(InputError, match=rf"row {at + 2}, N_AB: = 60,000 is the sum of other rows"):
        read_mssp(saved(tmp_path, rows))


def test_a_subtotal_under_another_name_is_refused(tmp_path):
    rows = results()
    rows.insert(2, total(rows[:2], ACO_ID="T1"))
    with pytest.raises(InputError, match="row 4, N_AB: = 30,000 is the sum of other rows"):
        read_mssp(saved(tmp_path, rows))


def test_totals_of_a_reach_file(tmp_path):
    text = "aco_id,option,benchmark_usd,expenditure_usd\nR1,global,100,90\nR2,global,50,45\nTotal,,150,135\n"
    data = read_reach(saved(tmp_path, text))
    assert data.aco_id.tolist() == ["R1", "R2"]
    assert len(data.notes) == 1


@pytest.mark.parametrize("read", [read_mssp, read_reach])
def test_a_file_of_totals_only_has_no_acos(tmp_path, read):
    path = saved(tmp_path, [row | {"ACO_ID": "", "ACO_Name": "Total"} for row in results()[:1]])
    with pytest.raises(InputError, match=r"PY2022.csv: has no row of an ACO, totals only"):
        read(path)


def test_a_long_cell_is_no_total_and_soon():
    with soon(1):
        assert not is_total("all " * 100_000)
