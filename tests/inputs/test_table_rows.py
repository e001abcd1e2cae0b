"""Rows from delimited text and from JSON, and what is left out of them."""

import json

import pytest
from results_files import as_csv, results
from soon import soon

from sim.inputs.cms_table import read_table
from sim.inputs.faults import InputError
from sim.inputs.table_rows import MOST_CELLS, MOST_ROWS, raw_table

HEAD = ("ACO_ID", "ACO_Name", "N_AB")
ROWS = [("A1", "Alder, LLC", "5,000"), ("A2", "Birch", "6000")]
RECORDS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_delimiters(delimiter, declared, ending):
    text = as_csv(RECORDS, delimiter).replace("\n", ending)
    table = raw_table("x.csv", f"sep={delimiter}{ending}{text}" if declared else text)
    assert (table.headers, table.rows) == (HEAD, ROWS)
    assert table.places == (["row 3", "row 4"] if declared else ["row 2", "row 3"])


@pytest.mark.parametrize(
    "tree",
    [
        RECORDS,
        {"data": RECORDS, "meta": {"total_rows": 2}},
        {"results": RECORDS},
        {"meta": {"headers": list(HEAD)}, "data": [list(row) for row in ROWS]},
        {"meta": {"view": {"columns": [{"name": name} for name in HEAD]}}, "data": [list(r) for r in ROWS]},
        {"columns": list(HEAD), "index": [0, 1], "data": [list(row) for row in ROWS]},
        [list(HEAD), *[list(row) for row in ROWS]],
    ],
)
def test_json_as_services_return_it(tree):
    table = raw_table("x.json", json.dumps(tree))
    assert (table.headers, table.rows) == (HEAD, ROWS)
    assert table.places == ["record 1", "record 2"]


def test_json_lines_numbers_and_gaps():
    table = raw_table("x", '{"ACO_ID": "A1", "x": 262500000.40, "flag": true}\n{"ACO_ID": "A2", "x": null}\n')
    assert table.rows == [("A1", "262500000.40", "1"), ("A2", "", "")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "is JSON without records"),
        ('{"message": "not found"}', "is JSON, but no list of records"),
        ('{"N_AB": {"0": 1}}', "is JSON, but no list of records"),
        ('[{"a": 1}', "is damaged or unfinished JSON"),
        ("[1, 2]", "record 1: is not like a row of a table"),
        ('[{"a": [1, 2]}]', "record 1, a: holds several values"),
        (" \n", "is empty"),
        ("a,b,c\n1,2\n", "row 2: has 2 cells under 3 column names"),
    ],
)
def test_what_is_no_table(text, problem):
    with pytest.raises(InputError, match=problem):
        raw_table("x", text)


def test_titles_and_notes_are_left_out_with_a_word():
    body = as_csv(results())
    text = f"Shared Savings Program results,,\n\n{body}\n* suppressed,,,,\nSource: data.cms.gov\n"
    table = raw_table("x.csv", text)
    assert [row[0] for row in table.rows] == ["A1", "A2", "A3"]
    assert table.places == ["row 4", "row 5", "row 6"]
    assert [note.split(": ", 1)[1].split(" and")[0] for note in table.notes] == [
        "row 1 is a title ('Shared Savings Program results')",
        "row 8 is a note ('* suppressed')",
        "row 9 is a note ('Source: data.cms.gov')",
    ]


def test_empty_columns_that_a_spreadsheet_leaves_at_the_end():
    table = raw_table("x.csv", "a,b,,\n1,2,,\n3,4\n")
    assert (table.headers, table.rows) == (("a", "b"), [("1", "2"), ("3", "4")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "a.csv: is JSON nested too deeply"),
        ('{"a":' * 100_000, "a.csv: is JSON nested too deeply"),
        ('[{"N_AB": 1, "N_AB": 2}]', "a.csv: N_AB: is named twice in a record"),
        ('{"N_AB": 1}\n{"N_AB": 1, "N_AB": 2}', "a.csv: N_AB: is named twice in a record"),
        ('{"headers": [["a"], "b"], "data": [[1, 2]]}', "has a column whose name is no text"),
        ('sep="\na,b\n1,2', "says that '\"' is between cells -> comma, semicolon, tab or bar"),
        ("sep=5\na,b\n1,2", "says that '5' is between cells"),
        ("sep=\r\na,b\n1,2", r"says that '\r' is between cells"),
        ("," * (MOST_CELLS + 1), "has more than 2,000,000 cells"),
        (f"[{'1,' * MOST_CELLS}1,1]", "has more than 2,000,000 cells"),
        ("1\n" * (MOST_CELLS + 1), "has more than 2,000,000 cells"),
        ("{}\n" * (MOST_CELLS + 1), "has more than 2,000,000 cells"),
        ("a,b\n" + "1,2\n" * (MOST_ROWS + 1), "has 50,001 rows"),
        (f"a,b\n1,{'x' * 1001}", "row 2, b: has a cell of 1,001 characters -> at most 1,000"),
        (f"a,{'b' * 1001}\n1,2", "is a column name of 1,001 characters -> at most 1,000"),
    ],
)
def test_what_would_take_long_or_hold_no_table_is_refused_soon(text, said):
    with soon(5), pytest.raises(InputError) as caught:
        raw_table("a.csv", text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 2000


def test_a_heading_beside_json_rows_may_name_a_column_twice_and_is_refused_for_that(tmp_path):
    text = json.dumps({"headers": ["N_AB", "n_ab", "N_AB"], "data": [[1, 2, 3]]})
    assert raw_table("a.csv", text).headers == ("N_AB", "n_ab", "N_AB")
    with pytest.raises(InputError, match="is the name of two columns"):
        read_table("a.csv", text.encode())


def test_hundreds_of_thousands_of_titles_are_none():
    with soon(5), pytest.raises(InputError, match="has 3 cells under 1 column names"):
        raw_table("a.csv", "title\n" * 400_000 + "a,b,c\n1,2,3\n")


def test_thousands_of_notes_are_told_shortly():
    table = read_table("a.csv", (as_csv(RECORDS) + "A note,,\n" * 1000).encode())
    assert len(table.rows) == 2
    assert table.notes[-1] == "a.csv: ... and 950 more notes"
